#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "client/http/transport.hpp"

namespace bot::client {

// What an observer sees of a body; the rest is replaced by a note with the body's size.
inline constexpr std::size_t observed_body_bytes = std::size_t{64} * 1024;

// One attempt as the observer sees it: an exchange that was retried is seen once per attempt. Keys,
// tokens, webhook secrets and passcodes are replaced by `***`, in headers, target and bodies.
struct Exchange {
  std::string method;
  std::string target;
  int status = 0;  // 0: no answer came
  std::chrono::microseconds duration{0};
  Headers request_headers = {};
  Headers response_headers = {};
  std::string request_body = {};
  std::string response_body = {};
  std::string request_id = {};
  int attempt = 1;
  std::optional<Error> error = std::nullopt;
};

}  // namespace bot::client
