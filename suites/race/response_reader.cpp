#include "suites/race/response_reader.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"

namespace bot::suites::race {

namespace {

Error broken(std::string what) {
  return Error{.code = Errc::protocol, .message = "the answer is not HTTP/1.1: " + std::move(what)};
}

constexpr std::string_view line_end = "\r\n";
constexpr std::string_view head_end = "\r\n\r\n";

}  // namespace

Status ResponseReader::feed(std::string_view bytes) {
  if (pending_.size() + answer_.body.size() + bytes.size() > longest_answer) {
    return broken("it is too long");
  }
  pending_.append(bytes);
  while (!head_done_) {
    if (pending_.find(head_end) == std::string::npos) return Unit{};
    if (auto head = read_head(); !head) return head;
  }
  return complete_ ? Status(Unit{}) : read_body();
}

Status ResponseReader::end() {
  if (complete_) return Unit{};
  if (head_done_ && body_ == Body::until_end) {
    complete_ = true;
    return Unit{};
  }
  return Error{.code = Errc::unreachable,
               .message = "the connection was closed before the answer was complete"};
}

Status ResponseReader::read_head() {
  const auto end = pending_.find(head_end);
  const auto head = pending_.substr(0, end);
  pending_.erase(0, end + head_end.size());
  answer_ = {};
  bool first = true;
  for (std::size_t at = 0; at <= head.size();) {
    const auto stop = std::min(head.find(line_end, at), head.size());
    const auto line = std::string_view(head).substr(at, stop - at);
    at = stop + line_end.size();
    if (first) {
      if (auto status = read_status_line(line); !status) return status;
      first = false;
      continue;
    }
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return broken("a header line without a colon");
    answer_.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
  }
  if (answer_.status >= 100 && answer_.status < 200) return Unit{};
  head_done_ = true;
  return plan_body();
}

Status ResponseReader::read_status_line(std::string_view line) {
  constexpr std::size_t code_at = 9;
  constexpr std::size_t code_length = 3;
  if (!line.starts_with("HTTP/1.") || line.size() < code_at + code_length) {
    return broken("no status line");
  }
  const auto code = parse_int(line.substr(code_at, code_length));
  if (!code || *code < 100 || *code > 599) return broken("no status code");
  answer_.status = static_cast<int>(*code);
  keeps_alive_ = line.starts_with("HTTP/1.1");
  return Unit{};
}

Status ResponseReader::plan_body() {
  if (iequals(answer_.header("Connection"), "close")) keeps_alive_ = false;
  const auto length = answer_.header("Content-Length");
  if (answer_.status == 204 || answer_.status == 304) {
    complete_ = true;
  } else if (iequals(answer_.header("Transfer-Encoding"), "chunked")) {
    body_ = Body::chunked;
  } else if (!length.empty()) {
    const auto bytes = parse_int(length);
    if (!bytes || *bytes < 0) return broken("a wrong Content-Length");
    body_ = Body::counted;
    left_ = static_cast<std::size_t>(*bytes);
  } else {
    body_ = Body::until_end;
    keeps_alive_ = false;
  }
  return Unit{};
}

Status ResponseReader::read_body() {
  if (body_ == Body::chunked) return read_chunks();
  const auto taken = body_ == Body::counted ? std::min(left_, pending_.size()) : pending_.size();
  answer_.body.append(pending_, 0, taken);
  pending_.erase(0, taken);
  if (body_ == Body::counted) {
    left_ -= taken;
    complete_ = left_ == 0;
  }
  return Unit{};
}

Status ResponseReader::read_chunks() {
  for (;;) {
    const auto stop = pending_.find(line_end);
    if (stop == std::string::npos) return Unit{};
    std::size_t size = 0;
    const auto [rest, error] = std::from_chars(pending_.data(), pending_.data() + stop, size, 16);
    if (error != std::errc{} || rest == pending_.data()) return broken("a wrong chunk size");
    if (size > longest_answer) return broken("it is too long");
    const auto whole = stop + line_end.size() + size + line_end.size();
    if (pending_.size() < whole) return Unit{};
    answer_.body.append(pending_, stop + line_end.size(), size);
    pending_.erase(0, whole);
    if (size == 0) {
      complete_ = true;
      return Unit{};
    }
  }
}

}  // namespace bot::suites::race
