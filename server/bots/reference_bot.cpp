#include "server/bots/reference_bot.hpp"

#include <algorithm>
#include <utility>

#include "server/bots/phrases.hpp"

namespace bot::bots {

namespace {

double seconds(Millis span) {
  return static_cast<double>(span.count()) / 1000.0;
}

}  // namespace

ReferenceBot::ReferenceBot(BotSettings settings) : settings_(std::move(settings)) {
  // A zero interval would never let tick come to an end.
  auto& clocks = settings_.clocks;
  clocks.heartbeat_interval = std::max(clocks.heartbeat_interval, Millis{1});
  clocks.segment_interval = std::max(clocks.segment_interval, Millis{1});
}

std::string ReferenceBot::language() const {
  return settings_.language.empty() ? "en" : settings_.language;
}

std::string ReferenceBot::task() const {
  return settings_.task.empty() ? "transcribe" : settings_.task;
}

bool ReferenceBot::heartbeats() const {
  if (stage_ == Stage::fresh || stage_ == Stage::finished) return false;
  if (settings_.script == Script::never_starts) return false;
  return settings_.script != Script::silent || stage_ != Stage::active;
}

bool ReferenceBot::speaks() const {
  return stage_ == Stage::active && settings_.script != Script::silent;
}

BotOutputs ReferenceBot::start(Millis now) {
  BotOutputs out;
  began_ = now;
  spoken_until_ = now;
  stage_ = Stage::joining;
  stage_ends_ = now + settings_.clocks.join_delay / 2;
  next_heartbeat_ = now + settings_.clocks.heartbeat_interval;
  if (settings_.script == Script::never_starts) return out;
  out.emplace_back(StatusOutput{"joining"});
  step(now, out);
  return out;
}

void ReferenceBot::enter_lobby(BotOutputs& out) {
  if (settings_.script == Script::exit1) {
    finish(1, "join_meeting_error", out);
    return;
  }
  stage_ = Stage::lobby;
  stage_ends_ = began_ + settings_.clocks.join_delay;
  out.emplace_back(StatusOutput{"awaiting_admission"});
}

void ReferenceBot::become_active(Millis now, BotOutputs& out) {
  stage_ = Stage::active;
  next_segment_ = now + settings_.clocks.segment_interval;
  spoken_until_ = now;
  out.emplace_back(StatusOutput{"active"});
  if (settings_.script == Script::dies) {
    out.emplace_back(ExitOutput{1, "crashed", false});
    stage_ = Stage::finished;
  }
}

void ReferenceBot::speak(Millis now, BotOutputs& out) {
  // Every segment begins after the one before has ended, so that none covers another; a millisecond
  // is the least that a collector can tell apart.
  const Millis until = std::max(now, spoken_until_ + Millis{1});
  out.emplace_back(SegmentOutput{seconds(spoken_until_ - began_),
                                 seconds(until - began_),
                                 std::string(phrase(language(), spoken_)),
                                 language(),
                                 std::string(speaker_name(spoken_))});
  spoken_until_ = until;
  ++spoken_;
}

void ReferenceBot::finish(int code, std::string reason, BotOutputs& out) {
  stage_ = Stage::finished;
  out.emplace_back(ExitOutput{code, std::move(reason), settings_.script != Script::never_starts});
}

void ReferenceBot::step(Millis now, BotOutputs& out) {
  if (settings_.script == Script::never_starts) return;
  if (stage_ == Stage::joining && now >= stage_ends_) enter_lobby(out);
  if (stage_ == Stage::lobby && now >= stage_ends_ && settings_.script != Script::hang) {
    become_active(now, out);
  }
  if (stage_ == Stage::leaving && now >= stage_ends_) finish(0, "self_initiated_leave", out);
  if (heartbeats() && now >= next_heartbeat_) {
    out.emplace_back(HeartbeatOutput{});
    // A bot that was held up sends one, not all it has missed.
    next_heartbeat_ = now + settings_.clocks.heartbeat_interval;
  }
  if (speaks() && now >= next_segment_) {
    speak(now, out);
    next_segment_ = now + settings_.clocks.segment_interval;
  }
}

BotOutputs ReferenceBot::tick(Millis now) {
  BotOutputs out;
  step(now, out);
  return out;
}

AckOutput ReferenceBot::apply(const BotOrder& order, Millis now) {
  std::string outcome = "ignored";
  if (order.action == "reconfigure") {
    if (order.language) settings_.language = *order.language;
    if (order.task) settings_.task = *order.task;
    outcome = "applied";
  } else if (order.action == "leave" && settings_.script != Script::ignores_leave) {
    if (stage_ != Stage::leaving) stage_ends_ = now + settings_.clocks.leave_delay;
    stage_ = Stage::leaving;
    outcome = "leaving";
  }
  return AckOutput{order.id, outcome, language(), task()};
}

BotOutputs ReferenceBot::receive(const BotOrder& order, Millis now) {
  BotOutputs out;
  if (stage_ == Stage::finished || !listens() || order.id <= last_order_) return out;
  last_order_ = order.id;
  const AckOutput acknowledgement = apply(order, now);
  out.emplace_back(acknowledgement);
  if (acknowledgement.outcome == "applied" && speaks()) {
    // At once, so that whoever reconfigured hears the new language without waiting an interval.
    speak(now, out);
    next_segment_ = now + settings_.clocks.segment_interval;
  }
  step(now, out);
  return out;
}

BotOutputs ReferenceBot::end(int code, std::string reason) {
  BotOutputs out;
  if (stage_ != Stage::finished) finish(code, std::move(reason), out);
  return out;
}

std::optional<Millis> ReferenceBot::wake_at() const {
  if (stage_ == Stage::fresh || stage_ == Stage::finished) return std::nullopt;
  if (settings_.script == Script::never_starts) return std::nullopt;
  std::optional<Millis> earliest;
  const auto consider = [&earliest](Millis time) {
    earliest = earliest ? std::min(*earliest, time) : time;
  };
  const bool held = stage_ == Stage::lobby && settings_.script == Script::hang;
  if (stage_ != Stage::active && !held) consider(stage_ends_);
  if (heartbeats()) consider(next_heartbeat_);
  if (speaks()) consider(next_segment_);
  return earliest;
}

}  // namespace bot::bots
