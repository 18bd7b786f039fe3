// The JSON value of our wire: keys keep the order in which they were written, so that answers and
// golden files read as declared.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace bot::types {

using Json = nlohmann::ordered_json;

// Field access for from_json. Absent and null are the same for an optional; unknown fields are
// ignored; a required field that is absent or of a wrong type throws a nlohmann exception, which
// parse_as below turns into Errc::protocol.
template <typename T>
void read(const Json& object, const char* name, T& into) {
  object.at(name).get_to(into);
}

template <typename T>
void read(const Json& object, const char* name, std::optional<T>& into) {
  const auto found = object.find(name);
  if (found == object.end() || found->is_null()) {
    into.reset();
  } else {
    into = found->template get<T>();
  }
}

// Like read, but leaves `into` as it is when the field is absent or null: for fields that other
// generations of the service do not send.
template <typename T>
void read_if_there(const Json& object, const char* name, T& into) {
  const auto found = object.find(name);
  if (found != object.end() && !found->is_null()) found->get_to(into);
}

// null when empty.
template <typename T>
Json nullable(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

// Adds the field only when there is a value: for request bodies, where absent means "keep".
template <typename T>
void write_if_set(Json& object, const char* name, const std::optional<T>& value) {
  if (value) object[name] = *value;
}

// Valid UTF-8 in one line, whatever strings the value holds.
std::string dump(const Json& value);

// The whole text as JSON, else Errc::protocol with where it broke.
Result<Json> parse(std::string_view text);

// What the library says is wrong, without its own code in front.
std::string reason_of(const Json::exception& mismatch);

// Reads a T; a field that is missing or of a wrong type becomes Errc::protocol naming `what`.
template <typename T>
Result<T> parse_as(std::string_view text, const std::string& what) {
  auto parsed = parse(text);
  if (!parsed) return std::move(parsed).error();
  try {
    return parsed->template get<T>();
  } catch (const Json::exception& mismatch) {
    return Error{.code = Errc::protocol,
                 .message = "the answer is not " + what + ": " + reason_of(mismatch),
                 .hint = "check that the server URL names a meeting-bot service"};
  }
}

}  // namespace bot::types
