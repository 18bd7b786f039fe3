#include "tests/fuzz/request_script.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace bot::fuzz {
namespace {

constexpr std::string_view end_of_request = "\n----\n";
constexpr std::size_t most_requests = 8;

// Takes the text before `end` off the front of `rest`, and `end` with it.
std::string_view take_until(std::string_view& rest, std::string_view end) {
  const auto at = rest.find(end);
  const auto taken = rest.substr(0, at);
  rest.remove_prefix(at == rest.npos ? rest.size() : at + end.size());
  return taken;
}

std::string filled_in(std::string_view text, const Words& words) {
  std::string filled(text);
  for (const auto& [word, value] : words)
    filled = replace_all(std::move(filled), word, value);
  return filled;
}

std::string fit_for_a_header(std::string text) {
  std::erase_if(text, [](char c) { return c == '\0' || c == '\r' || c == '\n'; });
  return text;
}

http::Request read_request(std::string_view text, const Words& words) {
  http::Request request;
  auto first = take_until(text, "\n");
  request.method = take_until(first, " ");
  http::set_target(request, filled_in(first, words));
  while (!text.empty()) {
    auto line = take_until(text, "\n");
    if (line.empty()) break;
    const auto name = take_until(line, ":");
    request.headers.emplace_back(fit_for_a_header(std::string(name)),
                                 fit_for_a_header(filled_in(trim(line), words)));
  }
  request.body = text;
  return request;
}

}  // namespace

std::vector<http::Request> read_script(std::string_view text, const Words& words) {
  std::vector<http::Request> requests;
  while (!text.empty() && requests.size() < most_requests)
    requests.push_back(read_request(take_until(text, end_of_request), words));
  return requests;
}

}  // namespace bot::fuzz
