#include "server/routes/api_errors.hpp"

#include <string>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "client/types/json.hpp"

namespace bot::routes {
namespace {

using types::Json;

// "count: field required; priority: …"
std::string sentence_of(const Json& mistakes) {
  std::vector<std::string> sentences;
  for (const auto& mistake : mistakes) {
    std::string at;
    const auto& loc = mistake.at("loc");
    // The first step says whether it was the body, the path or the query.
    for (std::size_t step = 1; step < loc.size(); ++step) {
      if (!at.empty()) at += ".";
      at += loc[step].is_string() ? loc[step].get<std::string>() : loc[step].dump();
    }
    const auto message = mistake.at("msg").get<std::string>();
    sentences.push_back(at.empty() ? message : at + ": " + message);
  }
  return join(sentences, "; ");
}

}  // namespace

http::Reply shape_api_error(std::string_view path, http::Reply reply) {
  if (!path.starts_with("/api/")) return reply;
  const auto body = Json::parse(reply.body, nullptr, false);
  const auto detail = body.is_object() ? body.find("detail") : body.end();
  if (!body.is_object() || detail == body.end()) return reply;
  if (reply.status == 422) reply.status = 400;
  const auto said = detail->is_string()  ? detail->get<std::string>()
                    : detail->is_array() ? sentence_of(*detail)
                                         : detail->dump();
  Json shaped{{"success", false}, {"error", said}};
  if (reply.status == 429) {
    shaped["error"] = "Rate limit exceeded";
    shaped["message"] = said;
    shaped["retry_after_seconds"] = parse_int(reply.header("Retry-After")).value_or(1);
  }
  reply.body = types::dump(shaped);
  return reply;
}

}  // namespace bot::routes
