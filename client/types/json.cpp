#include "client/types/json.hpp"

#include <cstddef>

#include "base/nesting.hpp"

namespace bot::types {
namespace {

// Json keeps the order of members at the price of searching them one by one, so an object with very
// many of them would take minutes to build. No object of this API has more than a few dozen.
constexpr std::size_t most_members = 10'000;

// Far more than any answer of this API has, and few enough to copy and print.
constexpr std::size_t deepest_nesting = 256;

Error unreadable(std::string message) {
  return Error{.code = Errc::protocol,
               .message = std::move(message),
               .hint = "check that the server URL names a meeting-bot service"};
}

}  // namespace

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Json> parse(std::string_view text) {
  if (nests_deeper(text, deepest_nesting)) {
    return unreadable("the answer is nested more than " + std::to_string(deepest_nesting) +
                      " deep");
  }
  if (has_larger_object(text, most_members)) {
    return unreadable("the answer holds an object with more than " + std::to_string(most_members) +
                      " members");
  }
  try {
    return Json::parse(text);
  } catch (const Json::parse_error& broken) {
    // What stands there is not quoted: it may be half of a secret.
    const bool cut = broken.byte > text.size();
    return unreadable(cut ? "the answer is broken off: its JSON ends too early, after byte " +
                                std::to_string(text.size())
                          : "the answer is not JSON: it breaks at byte " +
                                std::to_string(broken.byte));
  } catch (const Json::exception& broken) {
    return unreadable("the answer is not JSON: " + reason_of(broken));
  }
}

std::string reason_of(const Json::exception& mismatch) {
  const std::string text = mismatch.what();  // "[json.exception.type_error.302] type must be …"
  const auto mark = text.find("] ");
  return mark == std::string::npos ? text : text.substr(mark + 2);
}

}  // namespace bot::types
