#include "cli/meeting_feed.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "client/types/meeting.hpp"

namespace bot::cli {
namespace {

constexpr Millis longest_silence{2'000};
// Between two looks at whether the user has interrupted.
constexpr Millis slice{100};

std::string subscription(const Target& target) {
  const types::Json message = {{"action", "subscribe"},
                               {"meetings",
                                types::Json::array({{{"platform", target.platform},
                                                     {"native_id", target.native_meeting_id}}})}};
  return types::dump(message);
}

std::string text_at(const types::Json& object, const char* name) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::string why(const types::Meeting& meeting) {
  for (const char* name : {"failure_reason", "completion_reason"}) {
    const auto reason = text_at(meeting.data, name);
    if (!reason.empty()) return " (" + reason + ")";
  }
  return {};
}

Error wrong_end(const Target& target,
                const types::Meeting& meeting,
                const std::vector<std::string>& states) {
  return Error{.code = Errc::failed,
               .message = target.text() + " is " + meeting.status + why(meeting) +
                          " and will not become " + join(states, " or "),
               .hint = "`botctl meetings timeline " + target.text() + "` shows what happened"};
}

}  // namespace

MeetingFeed::MeetingFeed(Context& context, const Target& target) : context_(context) {
  auto socket = context_.open_events();
  if (!socket || !(*socket)->send(subscription(target))) return;
  socket_ = std::move(socket).value();
}

Result<std::optional<types::Json>> MeetingFeed::receive() {
  for (Millis waited{0}; waited < longest_silence; waited += slice) {
    if (auto status = context_.check(); !status) return status.error();
    auto message = socket_->receive(std::min(slice, context_.remaining().value_or(slice)));
    if (!message && message.error().code == Errc::timeout) continue;
    auto json = message && *message
                    ? types::parse(**message)
                    : Result<types::Json>(Error{.code = Errc::unreachable, .message = "closed"});
    if (!json || text_at(*json, "type") == "error") {
      socket_.reset();
      return std::optional<types::Json>();
    }
    return std::optional(std::move(json).value());
  }
  return std::optional<types::Json>();
}

Result<std::optional<types::Json>> MeetingFeed::next() {
  if (socket_) return receive();
  if (auto status = context_.pause(backoff_.jittered(looks_++)); !status) return status.error();
  return std::optional<types::Json>();
}

std::optional<std::string> status_in(const types::Json& message) {
  if (text_at(message, "type") != "meeting.status" || !message.contains("payload")) {
    return std::nullopt;
  }
  const auto status = text_at(message["payload"], "status");
  if (status.empty()) return std::nullopt;
  return status;
}

Result<types::Meeting> wait_for_state(Context& context,
                                      const Target& target,
                                      const std::vector<std::string>& states) {
  MeetingFeed feed(context, target);
  std::string last;
  while (true) {
    auto meeting = find_meeting(context, target);
    if (!meeting) return meeting;
    last = meeting->status;
    if (std::find(states.begin(), states.end(), last) != states.end()) return meeting;
    if (is_final(last)) return wrong_end(target, *meeting, states);
    auto news = feed.next();
    if (news) continue;
    Error error = std::move(news).error();
    if (error.code == Errc::timeout) error.message = target.text() + " is still " + last;
    return error;
  }
}

}  // namespace bot::cli
