#include "client/types/json.hpp"

namespace bot::types {

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> parse(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception& broken) {
    return Error{.code = Errc::protocol,
                 .message = std::string("the answer is not JSON: ") + broken.what(),
                 .hint = "check that the server URL names a meeting-bot service"};
  }
}

}  // namespace bot::types
