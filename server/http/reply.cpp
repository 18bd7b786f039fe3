#include "server/http/reply.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace bot::http {
namespace {

struct Reason {
  int status;
  std::string_view phrase;
};

constexpr std::array reasons = {
    Reason{200, "OK"},
    Reason{201, "Created"},
    Reason{202, "Accepted"},
    Reason{204, "No Content"},
    Reason{304, "Not Modified"},
    Reason{400, "Bad Request"},
    Reason{401, "Unauthorized"},
    Reason{403, "Forbidden"},
    Reason{404, "Not Found"},
    Reason{405, "Method Not Allowed"},
    Reason{408, "Request Timeout"},
    Reason{409, "Conflict"},
    Reason{410, "Gone"},
    Reason{413, "Payload Too Large"},
    Reason{414, "URI Too Long"},
    Reason{415, "Unsupported Media Type"},
    Reason{422, "Unprocessable Entity"},
    Reason{426, "Upgrade Required"},
    Reason{429, "Too Many Requests"},
    Reason{431, "Request Header Fields Too Large"},
    Reason{500, "Internal Server Error"},
    Reason{502, "Bad Gateway"},
    Reason{503, "Service Unavailable"},
    Reason{504, "Gateway Timeout"},
};

}  // namespace

std::string_view Reply::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [name](const auto& header) {
    return iequals(header.first, name);
  });
  return found == headers.end() ? std::string_view{} : std::string_view{found->second};
}

Reply json_reply(int status, std::string json_text) {
  return {.status = status, .body = std::move(json_text)};
}

Reply no_content() {
  return {.status = 204};
}

Reply detail_reply(int status, std::string_view sentence) {
  const nlohmann::json body = {{"detail", sentence}};
  return json_reply(status, body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

std::string_view reason_phrase(int status) {
  const auto found = std::find_if(reasons.begin(), reasons.end(), [status](const Reason& reason) {
    return reason.status == status;
  });
  return found == reasons.end() ? "Unknown" : found->phrase;
}

}  // namespace bot::http
