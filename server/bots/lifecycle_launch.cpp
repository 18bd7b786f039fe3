#include <algorithm>
#include <exception>
#include <utility>

#include "base/time_uuid.hpp"
#include "server/bots/launch_rows.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/meeting_change.hpp"
#include "server/domain/meeting_address.hpp"
#include "server/store/session_store.hpp"

namespace bot::bots {

using domain::MeetingState;

std::optional<BotSpec> Lifecycle::spec_for(const store::MeetingRow& meeting,
                                           const store::SessionRow& session) const {
  if (!meeting.native_meeting_id) return std::nullopt;
  BotSpec spec;
  spec.meeting_id = meeting.id;
  spec.user_id = meeting.user_id;
  spec.session_uid = session.session_uid;
  spec.container_id = meeting.bot_container_id.value_or("");
  spec.platform = meeting.platform;
  spec.native_meeting_id = *meeting.native_meeting_id;
  spec.bot_name = meeting.bot_name.value_or("");
  spec.language = meeting.language.value_or("");
  spec.task = meeting.task.value_or("");
  if (meeting.constructed_meeting_url) {
    spec.meeting_url = domain::url_with_passcode(
        meeting.platform, *meeting.constructed_meeting_url, meeting.passcode.value_or(""));
  }
  spec.callback_secret = secret_for(session.session_uid);
  spec.clocks = options_.clocks;
  spec.script = script_for(options_.scripts, *meeting.native_meeting_id);
  {
    const std::scoped_lock lock(mutex_);
    spec.callback_urls = callback_urls_;
  }
  if (options_.peer_urls) {
    for (auto& url : options_.peer_urls()) {
      auto& urls = spec.callback_urls;
      if (std::find(urls.begin(), urls.end(), url) == urls.end()) urls.push_back(std::move(url));
    }
  }
  return spec;
}

bool Lifecycle::fail_launch(std::int64_t meeting_id,
                            const Error& error,
                            const std::string& own_handle) {
  const auto failed = apply([&](MeetingChange& change) -> Result<bool> {
    auto meeting = store::MeetingStore(change.connection()).hold(meeting_id);
    if (!meeting || meeting->status != MeetingState::reserved) return true;
    const auto session = newest_session(change.connection(), meeting_id);
    if (session && session->runtime_handle.value_or(own_handle) != own_handle) return false;
    return change.end(*meeting,
                      session ? session->session_uid : "",
                      {.to = MeetingState::failed,
                       .source = domain::ChangeSource::launch,
                       .reason = "launch_failed",
                       .failure_stage = "requested",
                       .error_details = types::Json{{"message", error.message}}});
  });
  return !failed || *failed;
}

// A bot that cannot be seen from here may run: should it come back, its session has ended.
void Lifecycle::replace_session(sql::Connection& connection, const store::SessionRow& session) {
  store::SessionStore sessions(connection);
  const auto now = parts_.clock.now_ms();
  if (!sessions.end(session.session_uid, std::nullopt, now)) return;
  const auto uid = time_uuid(now);
  sessions.add({session.meeting_id,
                uid,
                digest_of(secret_for(uid)),
                session.container_id,
                std::string(parts_.runtime.name())},
               now);
}

queue::Outcome Lifecycle::leave_to_its_launch(const store::SessionRow& session) {
  const auto& handle = *session.runtime_handle;
  const bool near = is_in_reach(session);
  if (near && parts_.runtime.alive(handle)) return queue::Outcome::done();
  const auto now = parts_.clock.now_ms();
  // Its server is there, and says itself what became of the bot.
  if (!near && is_others(session)) return queue::Outcome::snooze(now + 1000);
  parts_.database.write([&](sql::Connection& connection) {
    (void)store::MeetingStore(connection).hold(session.meeting_id);
    if (near) {
      forget_launch(connection, session.session_uid, handle);
    } else {
      replace_session(connection, session);
    }
  });
  return queue::Outcome::snooze(now);
}

queue::Outcome Lifecycle::launch(const queue::Item& item) {
  const auto meeting_id = meeting_id_of(item);
  if (!meeting_id) return queue::Outcome::dead("the payload names no meeting");
  // A bot that came up now would miss the stop of all others; the next start launches it.
  if (shutting_down_) return queue::Outcome::snooze(parts_.clock.now_ms() + 1000);
  const auto [meeting, session] = parts_.database.read([&](sql::Connection& connection) {
    return std::pair(store::MeetingStore(connection).find(*meeting_id),
                     newest_session(connection, *meeting_id));
  });
  // Stopped or reaped before its time came.
  if (!meeting || !session || meeting->status != MeetingState::reserved) {
    return queue::Outcome::done();
  }
  if (session->ended_at) return queue::Outcome::done();
  // Launched by an attempt that was cut off after the commit, or whose commit nobody confirmed.
  if (session->runtime_handle) return leave_to_its_launch(*session);
  const auto spec = spec_for(*meeting, *session);
  if (!spec) return queue::Outcome::done();

  bool withdrawn = false;
  bool overtaken = false;
  std::string own_handle;
  std::exception_ptr store_failure;
  const auto commit = [&](const std::string& handle) -> Status {
    try {
      return parts_.database.write([&](sql::Connection& connection) -> Status {
        const auto row = store::MeetingStore(connection).hold(*meeting_id);
        const auto now_stored = newest_session(connection, *meeting_id);
        // Stopped meanwhile; or launched by another server that took this one's lease for lost, or
        // by an earlier attempt whose commit comes to light only now.
        withdrawn = !row || row->status != MeetingState::reserved || !now_stored;
        overtaken = !withdrawn && (now_stored->runtime_handle.has_value() ||
                                   now_stored->session_uid != spec->session_uid);
        withdrawn = withdrawn || overtaken;
        if (withdrawn) return Error{Errc::conflict, "the reservation is gone"};
        record_launch(connection,
                      spec->session_uid,
                      {parts_.runtime.name(), handle},
                      options_.keeper,
                      parts_.clock.now_ms());
        own_handle = handle;
        return Unit{};
      });
    } catch (const std::exception&) {
      // The runtime has to end the bot first; what happened is told below.
      store_failure = std::current_exception();
      return Error{Errc::unavailable, "the handle could not be stored"};
    }
  };
  const auto started = parts_.runtime.start(*spec, commit);
  if (store_failure) std::rethrow_exception(store_failure);
  auto outcome = queue::Outcome::done();
  if (!started && !withdrawn) {
    overtaken = !fail_launch(*meeting_id, started.error(), own_handle);
    outcome.reason = started.error().message;
  }
  // What it says of that bot is for the next look.
  return overtaken ? queue::Outcome::snooze(parts_.clock.now_ms() + 1000) : outcome;
}

}  // namespace bot::bots
