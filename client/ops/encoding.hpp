// What the operations share: targets, JSON bodies, and reading a JSON answer.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/http/transport.hpp"
#include "client/types/json.hpp"

namespace bot::client {

// "/bots/zoom/a%2Fb" of {"bots", "zoom", "a/b"}: each part becomes one encoded segment.
std::string path_of(std::initializer_list<std::string_view> segments);

// Adds name=value to a target, encoded, when there is a value.
void add_query(std::string& target, std::string_view name, const std::optional<std::string>& value);
void add_query(std::string& target,
               std::string_view name,
               const std::optional<std::int64_t>& value);

HttpRequest json_request(std::string method, std::string target, const types::Json& body);

// An error when the answer cannot be JSON at all (HTML, nothing), with a sentence that says so.
Status expect_json(const HttpResponse& answer);

// The body as a T; `what` is for the error ("a list of users").
template <typename T>
Result<T> decode_json(const HttpResponse& answer, const std::string& what) {
  if (auto expected = expect_json(answer); !expected) return std::move(expected).error();
  auto value = types::parse_as<T>(answer.body, what);
  if (!value) value.error().http_status = answer.status;
  return value;
}

}  // namespace bot::client
