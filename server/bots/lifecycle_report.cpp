#include <cmath>
#include <utility>

#include "server/bots/lifecycle.hpp"
#include "server/bots/meeting_change.hpp"
#include "server/bots/report_judgement.hpp"
#include "server/domain/speech.hpp"
#include "server/store/command_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/transcript_store.hpp"

namespace bot::bots {

using domain::Change;
using domain::MeetingState;

namespace {

Error unknown_session() {
  return Error{.code = Errc::not_found, .message = "Meeting session not found"};
}

struct Sender {
  store::SessionRow session;
  store::MeetingRow meeting;
};

Result<Sender> find_sender(sql::Connection& connection, const std::string& session_uid) {
  auto session = store::SessionStore(connection).find_by_uid(session_uid);
  if (!session) return unknown_session();
  auto meeting = store::MeetingStore(connection).hold(session->meeting_id);
  if (!meeting) return unknown_session();
  return Sender{*std::move(session), *std::move(meeting)};
}

// A late "joining" after "awaiting_admission" is an old letter, not a step back.
bool is_news(const std::string& known, const std::string& phase) {
  return phase != known && !(phase == "joining" && !known.empty());
}

// Somebody else changed the row between our reading and our writing.
Error overtaken(const store::MeetingRow& meeting, MeetingState to) {
  return refused_change(meeting.status, to);
}

Status begin_starting(MeetingChange& change, store::MeetingRow& meeting, const BotReport& report) {
  store::TransitionFields fields;
  fields.reason = report.reason;
  fields.container_id = report.container_id;
  fields.data = types::dump(types::Json{{"phase", report.phase}});
  if (change.move(meeting, MeetingState::starting, fields)) return Unit{};
  return overtaken(meeting, MeetingState::starting);
}

Status become_active(MeetingChange& change, store::MeetingRow& meeting, const BotReport& report) {
  store::TransitionFields fields;
  fields.reason = report.reason;
  fields.container_id = report.container_id;
  fields.start_time = change.now();
  fields.data = R"({"phase":null})";
  if (change.move(meeting, MeetingState::active, fields)) return Unit{};
  return overtaken(meeting, MeetingState::active);
}

Status begin_leaving(MeetingChange& change, store::MeetingRow& meeting, const BotReport& report) {
  store::TransitionFields fields;
  fields.reason = report.reason;
  fields.data = R"({"phase":null})";
  if (change.move(meeting, MeetingState::stopping, fields)) return Unit{};
  return overtaken(meeting, MeetingState::stopping);
}

Status end_meeting(MeetingChange& change, Sender& sender, const BotReport& report) {
  Ending ending = judge_exit(report, sender.meeting);
  if (const auto verdict = verdict_in_force(sender.session, change.now())) {
    ending.to = MeetingState::failed;
    ending.source = domain::ChangeSource::cleanup;
    ending.reason = *verdict;
    ending.failure_stage = stage_of(sender.meeting);
  } else if (ending.to == MeetingState::completed) {
    if (change.end_stopped(sender.meeting,
                           sender.session.session_uid,
                           domain::ChangeSource::bot_callback,
                           ending.exit_code,
                           ending.reason)) {
      return Unit{};
    }
    return overtaken(sender.meeting, ending.to);
  }
  if (change.end(sender.meeting, sender.session.session_uid, ending)) return Unit{};
  return overtaken(sender.meeting, ending.to);
}

}  // namespace

Result<ReportOutcome> Lifecycle::report(const std::string& session_uid, const BotReport& report) {
  return apply([&](MeetingChange& change) -> Result<ReportOutcome> {
    auto sender = find_sender(change.connection(), session_uid);
    if (!sender) return sender.error();
    store::MeetingRow& meeting = sender->meeting;
    const MeetingState to = wanted_state(report, meeting);
    const Change judged = domain::judge_change(meeting.status, to);
    ReportOutcome outcome{meeting.id, meeting.status, false};
    if (judged == Change::repeated && report.kind != BotReport::Kind::phase) return outcome;
    if (judged == Change::repeated && !is_news(phase_of(meeting), report.phase)) return outcome;
    const bool stops_early = to == MeetingState::completed && meeting.stop_requested;
    if (judged == Change::illegal && !(stops_early && !domain::is_final(meeting.status))) {
      return refused_change(meeting.status, to);
    }

    store::SessionStore(change.connection()).heartbeat(session_uid, change.now());
    Status done = Unit{};
    switch (report.kind) {
      case BotReport::Kind::phase:
        if (judged == Change::repeated) {
          change.set_phase(meeting, report.phase);
        } else {
          done = begin_starting(change, meeting, report);
        }
        break;
      case BotReport::Kind::active:
        done = become_active(change, meeting, report);
        break;
      case BotReport::Kind::leaving:
        done = begin_leaving(change, meeting, report);
        break;
      case BotReport::Kind::exited:
        done = end_meeting(change, *sender, report);
        break;
    }
    if (!done) return done.error();
    return ReportOutcome{meeting.id, meeting.status, true};
  });
}

Status Lifecycle::heartbeats(const std::vector<std::string>& session_uids) {
  const UnixMillis now = parts_.clock.now_ms();
  std::vector<store::Heartbeat> beats;
  beats.reserve(session_uids.size());
  for (const auto& uid : session_uids)
    beats.push_back({uid, now});
  const std::size_t heard = parts_.database.write([&](sql::Connection& connection) {
    return store::SessionStore(connection).heartbeats(beats);
  });
  if (heard > 0 || beats.empty()) return Unit{};
  return Error{.code = Errc::conflict, .message = "the bot's session has ended"};
}

Status Lifecycle::acknowledge(const std::string& session_uid,
                              std::int64_t command_id,
                              const types::Json& result) {
  return apply([&](MeetingChange& change) -> Status {
    store::CommandStore commands(change.connection());
    const auto command = commands.find(command_id);
    if (!command || command->session_uid != session_uid) {
      return Error{.code = Errc::not_found,
                   .message = "the session has no command " + std::to_string(command_id)};
    }
    if (!commands.acknowledge(command_id, session_uid, types::dump(result), change.now())) {
      return Unit{};  // again
    }
    change.acknowledged();
    if (command->action != "reconfigure" || !result.is_object()) return Unit{};
    const auto in_force = [&result](const char* name, auto is_known) -> std::optional<std::string> {
      const auto found = result.find(name);
      if (found == result.end() || !found->is_string()) return std::nullopt;
      auto text = found->template get<std::string>();
      return is_known(text) ? std::optional(std::move(text)) : std::nullopt;
    };
    store::MeetingStore(change.connection())
        .set_speech(command->meeting_id,
                    in_force("language", domain::is_language),
                    in_force("task", domain::is_task),
                    change.now());
    return Unit{};
  });
}

Status Lifecycle::segments(const std::string& session_uid,
                           const std::vector<ReportedSegment>& segments) {
  return write_and_tell([&](sql::Connection& connection, AfterCommit& after) -> Status {
    const UnixMillis now = parts_.clock.now_ms();
    const auto sender = find_sender(connection, session_uid);
    if (!sender) return sender.error();
    const auto& [session, meeting] = *sender;
    if (session.ended_at || domain::is_final(meeting.status)) {
      return Error{.code = Errc::conflict, .message = "the bot's session has ended"};
    }
    events::TranscriptChanged spoken{meeting.id,
                                     meeting.user_id,
                                     meeting.platform,
                                     meeting.native_meeting_id.value_or(""),
                                     session_uid,
                                     {},
                                     now};
    std::vector<store::NewSegment> rows;
    for (const auto& segment : segments) {
      const auto start_ms = std::llround(segment.start * 1000);
      rows.push_back({session_uid,
                      session_uid + ":" + std::to_string(start_ms),
                      segment.start,
                      segment.end,
                      segment.text,
                      segment.speaker.empty() ? std::nullopt : std::optional(segment.speaker),
                      segment.language.empty() ? std::nullopt : std::optional(segment.language)});
      spoken.segments.push_back({segment.start,
                                 segment.end,
                                 segment.text,
                                 segment.language,
                                 segment.speaker,
                                 session.started_at + start_ms,
                                 session.started_at + std::llround(segment.end * 1000)});
    }
    store::TranscriptStore(connection).upsert(meeting.id, rows, now);
    store::SessionStore(connection).heartbeat(session_uid, now);
    if (!segments.empty()) after.events.emplace_back(std::move(spoken));
    return Unit{};
  });
}

}  // namespace bot::bots
