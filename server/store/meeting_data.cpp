#include "server/store/meeting_data.hpp"

#include <nlohmann/json.hpp>

#include "base/time_format.hpp"

namespace bot::store {
namespace {

using Json = nlohmann::json;

// Stored data is ours and always an object; anything else is treated as an empty one rather than
// making the meeting unusable.
Json object_of(std::string_view text) {
  auto parsed = Json::parse(text, nullptr, false);
  return parsed.is_object() ? parsed : Json::object();
}

std::string text_of(const Json& data) {
  return data.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json entry(Json from,
           domain::MeetingState to,
           domain::ChangeSource source,
           const std::optional<std::string>& reason,
           UnixMillis now) {
  Json result = {{"from", std::move(from)},
                 {"to", domain::to_string(to)},
                 {"timestamp", format_time(now)},
                 {"source", domain::to_string(source)}};
  if (reason) result["reason"] = *reason;
  return result;
}

void merge(Json& data, const Json& patch) {
  for (const auto& [name, value] : patch.items()) {
    if (value.is_null()) {
      data.erase(name);
    } else {
      data[name] = value;
    }
  }
}

}  // namespace

std::string data_of_new_meeting(domain::MeetingState state, UnixMillis now) {
  Json transitions = Json::array();
  transitions.push_back(entry(nullptr, state, domain::ChangeSource::user, std::nullopt, now));
  return text_of({{"status_transition", std::move(transitions)}});
}

std::string data_after_transition(std::string_view data,
                                  domain::MeetingState from,
                                  domain::MeetingState to,
                                  const TransitionFields& fields,
                                  UnixMillis now) {
  auto result = object_of(data);
  merge(result, object_of(fields.data));
  if (fields.completion_reason) result["completion_reason"] = *fields.completion_reason;
  if (fields.failure_reason) result["failure_reason"] = *fields.failure_reason;
  auto& transitions = result["status_transition"];
  if (!transitions.is_array()) transitions = Json::array();
  transitions.push_back(entry(domain::to_string(from), to, fields.source, fields.reason, now));
  return text_of(result);
}

std::string merged_data(std::string_view data, std::string_view patch) {
  auto result = object_of(data);
  merge(result, object_of(patch));
  return text_of(result);
}

std::string anonymised_data(std::string_view data) {
  const auto all = object_of(data);
  Json kept = {{"redacted", true}};
  for (const char* name : {"status_transition", "completion_reason", "error", "diagnostics"}) {
    if (const auto found = all.find(name); found != all.end()) kept[name] = *found;
  }
  return text_of(kept);
}

}  // namespace bot::store
