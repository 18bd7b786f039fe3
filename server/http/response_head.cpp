#include "server/http/response_head.hpp"

#include <array>
#include <ctime>

namespace bot::http {
namespace {

void append_header(std::string& head, std::string_view name, std::string_view value) {
  head += name;
  head += ": ";
  for (const char c : value) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) head += c;
  }
  head += "\r\n";
}

// IMF-fixdate, made once a second and thread.
const std::string& date_now() {
  thread_local std::time_t made_for = 0;
  thread_local std::string date;
  const auto now = std::time(nullptr);
  if (now != made_for) {
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::array<char, 40> text{};
    const auto length =
        std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
    date.assign(text.data(), length);
    made_for = now;
  }
  return date;
}

}  // namespace

bool may_have_body(int status) {
  return status != 204 && status != 304 && status >= 200;
}

std::string response_head(const Reply& reply, Persistence persistence) {
  std::string head;
  head.reserve(256);
  head += "HTTP/1.1 ";
  head += std::to_string(reply.status);
  head += ' ';
  head += reason_phrase(reply.status);
  head += "\r\nServer: botd\r\n";
  append_header(head, "Date", date_now());
  if (may_have_body(reply.status)) {
    if (!reply.body.empty()) append_header(head, "Content-Type", reply.content_type);
    append_header(head, "Content-Length", std::to_string(reply.body.size()));
  }
  for (const auto& [name, value] : reply.headers)
    append_header(head, name, value);
  if (persistence == Persistence::close) append_header(head, "Connection", "close");
  if (persistence == Persistence::keep_and_say_so) append_header(head, "Connection", "keep-alive");
  head += "\r\n";
  return head;
}

}  // namespace bot::http
