#include "server/bots/lifecycle.hpp"

#include <utility>

#include "base/ids.hpp"
#include "base/time_uuid.hpp"
#include "drivers/crypto.hpp"
#include "server/bots/meeting_change.hpp"
#include "server/domain/texts.hpp"
#include "server/store/seats.hpp"
#include "server/store/session_store.hpp"

namespace bot::bots {

using domain::MeetingState;

namespace {

// Nobody can know when a seat gets free; soon enough to be useful, late enough not to hammer.
constexpr int retry_after_s = 5;

// Could `secret_for` have made it? Nothing else reaches the database, which refuses some bytes.
bool has_form_of_secret(std::string_view text, std::size_t digest_digits) {
  constexpr std::size_t time_digits = 12;
  if (text.size() != digest_digits && text.size() != time_digits + digest_digits) return false;
  return text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::optional<std::string> not_empty(const std::optional<std::string>& text) {
  return text && !text->empty() ? text : std::nullopt;
}

store::NewMeeting new_meeting(const ReserveRequest& request) {
  store::NewMeeting meeting;
  meeting.user_id = request.user_id;
  meeting.platform = request.platform;
  meeting.native_meeting_id = request.native_meeting_id;
  meeting.constructed_meeting_url = request.meeting_url;
  meeting.bot_name = not_empty(request.bot_name);
  if (!meeting.bot_name) meeting.bot_name = "VexaBot-" + random_hex(6);
  meeting.language = not_empty(request.language);
  meeting.task = not_empty(request.task);
  meeting.passcode = not_empty(request.passcode);
  return meeting;
}

Error duplicate(const ReserveRequest& request) {
  return Error{.code = Errc::conflict,
               .message = domain::duplicate_text(request.platform, request.native_meeting_id),
               .hint = "stop that bot first"};
}

}  // namespace

Lifecycle::Lifecycle(Parts parts, LifecycleOptions options)
    : parts_(parts),
      options_(std::move(options)),
      callback_urls_(options_.callback_urls),
      late_news_(std::make_shared<LateNews>(*this)) {}

Lifecycle::~Lifecycle() {
  stop_telling();
}

void Lifecycle::stop_telling() {
  late_news_->end();
}

void Lifecycle::set_callback_urls(std::vector<std::string> urls) {
  const std::scoped_lock lock(mutex_);
  callback_urls_ = std::move(urls);
}

void Lifecycle::register_handlers(queue::Dispatcher& dispatcher) {
  dispatcher_ = &dispatcher;
  const auto traced = [this](queue::Outcome (Lifecycle::*handler)(const queue::Item&)) {
    return [this, handler](const queue::Item& item) {
      auto trace = trace_of(item);
      const TraceScope scope(trace);
      return (this->*handler)(item);
    };
  };
  dispatcher.handle(
      std::string(launch_lane), options_.launch_concurrency, traced(&Lifecycle::launch));
  const auto end = traced(&Lifecycle::end_stopping);
  dispatcher.handle(std::string(stop_lane), 2, end);
  if (!options_.keeper.place.empty())
    dispatcher.handle(stop_lane_at(options_.keeper.place), 2, end);
  dispatcher.handle(std::string(finish_lane), 1, traced(&Lifecycle::finish_meeting));
}

void Lifecycle::wake(const std::vector<std::string>& lanes) {
  if (dispatcher_ == nullptr) return;
  for (const auto& lane : lanes)
    dispatcher_->wake(lane);
}

void Lifecycle::tell(const AfterCommit& after) {
  wake(after.lanes);
  if (dispatcher_ != nullptr) {
    for (const auto& [lane, run_at] : after.lanes_later)
      dispatcher_->wake(lane, run_at);
  }
  for (const auto& session : after.sessions_to_wake)
    parts_.mailbox.wake(session);
  for (const auto& session : after.sessions_to_close)
    parts_.mailbox.close(session);
  for (const auto& event : after.events)
    parts_.bus.publish(event);
  if (options_.observer != nullptr) observe(after);
}

void Lifecycle::observe(const AfterCommit& after) {
  auto& observer = *options_.observer;
  for (const auto& [meeting_id, change] : after.changes)
    observer.changed(meeting_id, change);
  for (const auto& [step, count] :
       {std::pair(commands::Step::sent, after.commands_sent),
        std::pair(commands::Step::acknowledged, after.commands_acknowledged),
        std::pair(commands::Step::expired, after.commands_expired)}) {
    if (count > 0) observer.advanced(step, count);
  }
}

// With the time of its session in front, for the same reason as that: the newest ones stand
// together in the index. Sessions of earlier programs have identifiers of version 4, and secrets
// without it.
std::string Lifecycle::secret_for(std::string_view session_uid) const {
  auto secret = hmac_sha256_hex(options_.server_secret, "bot-session:" + std::string(session_uid));
  constexpr std::size_t version = 14;
  if (session_uid.size() <= version || session_uid[version] != '7') return secret;
  return std::string(session_uid.substr(0, 8)).append(session_uid.substr(9, 4)) + secret;
}

std::string Lifecycle::digest_of(std::string_view secret) {
  const auto time = secret.size() > digest_digits ? secret.size() - digest_digits : 0;
  return std::string(secret.substr(0, time)) + sha256_hex(secret);
}

Result<store::MeetingRow> Lifecycle::reserve(const ReserveRequest& request, const AlsoStore& also) {
  const std::string session_uid = time_uuid(parts_.clock.now_ms());
  const std::string secret_hash = digest_of(secret_for(session_uid));
  const std::string suffix = random_hex(8);
  store::NewMeeting wanted = new_meeting(request);

  auto reserved = apply([&](MeetingChange& change) -> Result<store::MeetingRow> {
    const auto seats = store::hold_seats(
        change.connection(), request.user_id, request.platform, request.native_meeting_id);
    if (!seats) return Error{.code = Errc::not_found, .message = "User not found"};
    if (seats->is_in_that_meeting) return duplicate(request);
    if (seats->taken >= seats->limit) {
      return Error{.code = Errc::limit_reached,
                   .message = domain::limit_reached_text(seats->limit),
                   .hint = "stop a bot, or have the limit raised",
                   .retry_after_seconds = retry_after_s};
    }
    wanted.id = seats->next_meeting;
    wanted.bot_container_id = "vexa-bot-" + std::to_string(*wanted.id) + "-" + suffix;
    auto meeting = store::MeetingStore(change.connection()).add(wanted, change.now());
    store::SessionStore(change.connection())
        .add({meeting.id,
              session_uid,
              secret_hash,
              meeting.bot_container_id,
              std::string(parts_.runtime.name())},
             change.now());
    change.enqueue(launch_lane, meeting, change.now() + options_.clocks.start_delay.count(), 5);
    change.begun(meeting);
    if (also) {
      if (auto stored = also(change.connection(), meeting); !stored) return stored.error();
    }
    return meeting;
  });
  if (reserved) trace_meeting(reserved->id);
  return reserved;
}

Result<ConfigureOutcome> Lifecycle::configure(std::int64_t meeting_id,
                                              const ConfigureRequest& request) {
  trace_meeting(meeting_id);
  return apply([&](MeetingChange& change) -> Result<ConfigureOutcome> {
    auto meeting = store::MeetingStore(change.connection()).hold(meeting_id);
    if (!meeting) {
      return Error{.code = Errc::not_found,
                   .message = "there is no meeting " + std::to_string(meeting_id)};
    }
    const auto session = newest_session(change.connection(), meeting_id);
    if (meeting->status != MeetingState::active || !session) {
      return Error{.code = Errc::conflict,
                   .message = domain::not_active_text(domain::to_string(meeting->status)),
                   .hint = "wait until the bot is active"};
    }
    types::Json payload{{"action", "reconfigure"}, {"uid", session->session_uid}};
    types::write_if_set(payload, "language", request.language);
    types::write_if_set(payload, "task", request.task);
    ConfigureOutcome outcome;
    outcome.command_id = change.command(*meeting, session->session_uid, "reconfigure", payload);
    outcome.meeting = *std::move(meeting);
    return outcome;
  });
}

Result<SessionIdentity> Lifecycle::authenticate(std::string_view secret) {
  const Error unknown{.code = Errc::not_found, .message = "no bot session has this callback path"};
  if (!has_form_of_secret(secret, digest_digits)) return unknown;
  const auto hash = digest_of(secret);
  const auto session = parts_.database.read_one([&](sql::Connection& connection) {
    return store::SessionStore(connection).find_by_secret(hash);
  });
  if (!session) return unknown;
  trace_meeting(session->meeting_id);
  return SessionIdentity{session->session_uid, session->meeting_id, session->ended_at.has_value()};
}

}  // namespace bot::bots
