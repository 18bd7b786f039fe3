#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bot::http {

// An answer. The listener adds Content-Length, Date, Server and Connection; the dispatcher adds
// X-Request-Id.
struct Reply {
  int status = 200;
  std::string body = {};
  std::string content_type = "application/json";  // not sent when the body is empty
  std::vector<std::pair<std::string, std::string>> headers = {};

  // The first header of this name (case does not matter), else "".
  std::string_view header(std::string_view name) const;
};

Reply json_reply(int status, std::string json_text);
Reply no_content();

// `{"detail": sentence}`. Invalid UTF-8 in the sentence is replaced.
Reply detail_reply(int status, std::string_view sentence);

// "Not Found" for 404; "Unknown" for a number without a name.
std::string_view reason_phrase(int status);

}  // namespace bot::http
