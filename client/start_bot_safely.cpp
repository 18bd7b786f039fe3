#include "client/start_bot_safely.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/ids.hpp"
#include "base/time_format.hpp"
#include "client/ops/list_meetings.hpp"

namespace bot::client {
namespace {

using Instant = std::chrono::steady_clock::time_point;

constexpr std::int64_t newest_meetings = 50;
// The Date header has whole seconds, and the server's clock may be stepped a little meanwhile.
constexpr UnixMillis date_slack = 2'000;
// Without a Date header the two clocks are compared, and they may differ.
constexpr UnixMillis clock_slack = 60'000;
constexpr std::array final_states{"completed", "failed", "error"};

bool answer_was_lost(const Error& error) {
  return error.code == Errc::timeout || error.code == Errc::unavailable || error.outcome_unknown;
}

bool is_live(const types::Meeting& meeting) {
  return std::find(final_states.begin(), final_states.end(), meeting.status) == final_states.end();
}

// "Sun, 21 Nov 2026 21:05:07 GMT", the one form that servers send.
std::optional<UnixMillis> parse_http_date(std::string_view text) {
  constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT")) return std::nullopt;
  const auto month = months.find(text.substr(8, 3));
  if (month == months.npos || month % 3 != 0) return std::nullopt;
  const auto number = std::to_string(month / 3 + 1);
  return parse_time(std::string(text.substr(12, 4)) + (number.size() == 1 ? "-0" : "-") + number +
                    "-" + std::string(text.substr(5, 2)) + "T" + std::string(text.substr(17, 8)) +
                    "Z");
}

UnixMillis own_clock_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<Millis>(now).count();
}

class SafeStart {
 public:
  SafeStart(const Client& client, const StartBot& operation, Millis deadline)
      : client_(client), operation_(operation), deadline_(began_ + deadline) {}

  Result<types::Meeting> run() {
    auto first = post();
    if (first || !answer_was_lost(first.error())) return first;
    if (auto found = look()) return *std::move(found);
    if (!knows_ || left() <= Millis{0}) return unknown(std::move(first).error());
    auto second = post();
    if (second) return second;
    const bool taken = second.error().code == Errc::conflict;
    if (!taken && !answer_was_lost(second.error())) return second;
    if (auto found = look()) return *std::move(found);
    return taken ? std::move(second) : unknown(std::move(first).error());
  }

 private:
  Millis left() const {
    return std::chrono::duration_cast<Millis>(deadline_ - std::chrono::steady_clock::now());
  }

  ExchangeOptions bounded() const {
    ExchangeOptions options;
    options.timeout = std::clamp(client_.options().request_timeout, Millis{1}, at_least_one());
    return options;
  }

  Millis at_least_one() const { return std::max(Millis{1}, left()); }

  Result<types::Meeting> post() const {
    auto options = bounded();
    options.idempotency_key = key_;
    return client_.run(operation_, options);
  }

  // The meeting that one of our requests made, if the server shows one. Sets knows_ when it told.
  std::optional<types::Meeting> look() {
    knows_ = false;
    if (left() <= Millis{0}) return std::nullopt;
    const ListMeetings listing{.limit = newest_meetings};
    auto answer = client_.exchange(listing.encode(), ListMeetings::access, bounded());
    if (!answer) return std::nullopt;
    auto list = ListMeetings::decode(*answer);
    if (!list) return std::nullopt;
    knows_ = true;
    const auto since = began_by_the_servers_clock(*answer);
    for (auto& meeting : list->meetings) {
      if (is_ours(meeting, since)) return std::move(meeting);
    }
    return std::nullopt;
  }

  bool is_ours(const types::Meeting& meeting, UnixMillis since) const {
    const auto created = parse_time(meeting.created_at);
    return is_live(meeting) && meeting.platform == operation_.platform &&
           meeting.native_meeting_id == operation_.native_meeting_id && created &&
           *created >= since;
  }

  UnixMillis began_by_the_servers_clock(const HttpResponse& answer) const {
    const auto ago = std::chrono::ceil<Millis>(std::chrono::steady_clock::now() - began_).count();
    const auto date = parse_http_date(answer.header("Date"));
    return date ? *date - ago - date_slack : own_clock_ms() - ago - clock_slack;
  }

  static Error unknown(Error error) {
    error.outcome_unknown = true;
    error.hint = "the bot may be running: list the user's meetings before trying again";
    return error;
  }

  const Client& client_;
  const StartBot& operation_;
  const std::string key_ = random_uuid();
  const Instant began_ = std::chrono::steady_clock::now();
  Instant deadline_;
  bool knows_ = false;
};

}  // namespace

Result<types::Meeting> start_bot_safely(const Client& client,
                                        const StartBot& operation,
                                        Millis deadline) {
  if (deadline <= Millis{0}) deadline = client.options().request_timeout * 2;
  return SafeStart(client, operation, deadline).run();
}

}  // namespace bot::client
