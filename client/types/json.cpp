#include "client/types/json.hpp"

#include <cstddef>
#include <vector>

#include "base/nesting.hpp"

namespace bot::types {
namespace {

// Json keeps the order of members at the price of searching them one by one, so an object with very
// many of them would take minutes to build. No object of this API has more than a few dozen.
constexpr std::size_t most_members = 10'000;
// Below this size no text holds enough members to matter.
constexpr std::size_t harmless_size = 64 * 1024;

// Far more than any answer of this API has, and few enough to copy and print.
constexpr std::size_t deepest_nesting = 256;

struct TooManyMembers {};

Json parse_counted(std::string_view text) {
  std::vector<std::size_t> members;
  return Json::parse(text, [&members](int /*depth*/, Json::parse_event_t event, Json& /*value*/) {
    if (event == Json::parse_event_t::object_start) members.push_back(0);
    if (event == Json::parse_event_t::object_end) members.pop_back();
    if (event == Json::parse_event_t::key && ++members.back() > most_members) {
      throw TooManyMembers{};
    }
    return true;
  });
}

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
  try {
    return text.size() < harmless_size ? Json::parse(text) : parse_counted(text);
  } catch (const Json::parse_error& broken) {
    // What stands there is not quoted: it may be half of a secret.
    const bool cut = broken.byte > text.size();
    return unreadable(cut ? "the answer is broken off: its JSON ends too early, after byte " +
                                std::to_string(text.size())
                          : "the answer is not JSON: it breaks at byte " +
                                std::to_string(broken.byte));
  } catch (const Json::exception& broken) {
    return unreadable("the answer is not JSON: " + reason_of(broken));
  } catch (const TooManyMembers&) {
    return unreadable("the answer holds an object with more than " + std::to_string(most_members) +
                      " members");
  }
}

std::string reason_of(const Json::exception& mismatch) {
  const std::string text = mismatch.what();  // "[json.exception.type_error.302] type must be …"
  const auto mark = text.find("] ");
  return mark == std::string::npos ? text : text.substr(mark + 2);
}

}  // namespace bot::types
