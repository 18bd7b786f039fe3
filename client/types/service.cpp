#include "client/types/service.hpp"

namespace bot::types {

void to_json(Json& json, const Health& health) {
  json = Json{{"status", health.status}, {"service", nullable(health.service)}};
  if (!health.parts.empty()) json["parts"] = health.parts;
}

void from_json(const Json& json, Health& health) {
  read_if_there(json, "status", health.status);
  read(json, "service", health.service);
  read_if_there(json, "parts", health.parts);
}

void to_json(Json& json, const Version& version) {
  json = Json{{"version", version.version},
              {"commit", nullable(version.commit)},
              {"api", nullable(version.api)}};
}

void from_json(const Json& json, Version& version) {
  read(json, "version", version.version);
  read(json, "commit", version.commit);
  read(json, "api", version.api);
}

void to_json(Json& json, const Message& message) {
  json = Json{{"message", message.message}};
}

void from_json(const Json& json, Message& message) {
  read(json, "message", message.message);
}

}  // namespace bot::types
