#include "server/routes/openapi_schemas.hpp"
#include "server/routes/schema_pieces.hpp"

namespace bot::routes {
namespace {

using namespace schema;

Json error_schema() {
  const Json mistake = {
      {"type", "object"},
      {"properties",
       {{"loc", {{"type", "array"}, {"items", {{"type", {"string", "integer"}}}}}},
        {"msg", string},
        {"type", string},
        {"ctx", object}}},
      {"required", {"loc", "msg", "type"}}};
  return {
      {"type", "object"},
      {"properties",
       {{"detail",
         {{"anyOf", Json::array({string, Json{{"type", "array"}, {"items", mistake}}, object})}}}}},
      {"required", {"detail"}}};
}

}  // namespace

Json service_schemas() {
  return {
      {"Any", object},
      {"Error", error_schema()},
      {"Message", answer({{"message", string}})},
      {"Health",
       with_optional(answer({{"status", string}, {"service", nullable(string)}}),
                     {{"parts", object}})},
      {"Map",
       answer({{"message", string},
               {"name", string},
               {"version", string},
               {"status", string},
               {"endpoints", object}})},
      {"Pong", answer({{"message", string}, {"time", answer({{"timestamp", integer}})}})},
      {"ReadyInShort", with_optional(answer({{"ready", boolean}}), {{"reason", string}})},
      {"ReadyInShortOrError",
       {{"anyOf",
         Json::array({Json{{"$ref", "#/components/schemas/ReadyInShort"}},
                      Json{{"$ref", "#/components/schemas/Error"}}})}}},
      {"Alive", answer({{"alive", boolean}})},
      {"SocketStatistics", answer({{"connected_clients", integer}, {"timestamp", integer}})},
      {"HealthOrError",
       {{"anyOf",
         Json::array({Json{{"$ref", "#/components/schemas/Health"}},
                      Json{{"$ref", "#/components/schemas/Error"}}})}}},
      {"Version",
       answer({{"version", string}, {"commit", nullable(string)}, {"api", nullable(string)}})},
      {"Identity",
       answer({{"admin", boolean},
               {"user_id", nullable(integer)},
               {"email", nullable(string)},
               {"max_concurrent_bots", nullable(integer)},
               {"token_id", nullable(integer)},
               {"token_name", nullable(string)},
               {"expires_at", nullable(time_text)}})},
  };
}

}  // namespace bot::routes
