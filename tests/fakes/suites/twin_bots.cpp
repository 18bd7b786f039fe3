// The part of the twin that a user's key opens.
#include <algorithm>
#include <regex>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "base/time_format.hpp"
#include "tests/fakes/suites/twin_service.hpp"

namespace bot::suites {

using client::HttpRequest;
using client::HttpResponse;
using types::Json;
using namespace std::chrono_literals;

namespace {

// Bots reach these states so long after their reservation.
constexpr auto starts_after = 10ms;
constexpr auto active_after = 60ms;
constexpr auto cleaned_up_after = 150ms;
constexpr auto gone_after = 25ms;  // of the stop

HttpResponse reply(int status, const Json& body) {
  return {status, {{"Content-Type", "application/json"}}, types::dump(body)};
}

HttpResponse refuse(int status, const std::string& detail) {
  return reply(status, Json{{"detail", detail}});
}

HttpResponse unprocessable(const std::string& field) {
  return reply(
      422,
      Json{{"detail", {{{"loc", {"body", field}}, {"msg", "is wrong"}, {"type", "value_error"}}}}});
}

std::string now_text() {
  return format_time(SystemClock().now_ms());
}

bool is_live(const std::string& status) {
  return status == "reserved" || status == "starting" || status == "active";
}

// Missing is fine; a word that is there must be one of these.
bool one_of(const Json& body, const char* field, const std::set<std::string>& words) {
  if (!body.contains(field) || body.at(field).is_null()) return true;
  return body.at(field).is_string() && words.contains(body.at(field).get<std::string>());
}

const std::set<std::string> languages{"en", "es", "fr", "de"};
const std::set<std::string> tasks{"transcribe", "translate"};

}  // namespace

void TwinService::move_on() {
  const auto now = std::chrono::steady_clock::now();
  for (auto& [id, bot] : bots_)
    live(bot, now);
}

void TwinService::live(Bot& bot, Time now) {
  const auto age = now - bot.born;
  const auto& id = *bot.row.native_meeting_id;
  const bool hangs = id.starts_with("stale-hang-");
  const bool stale = hangs || id.starts_with("stale-silent-");
  if (bot.row.status == "stopping" && now - *bot.asked_to_stop > gone_after) {
    bot.row.end_time = now_text();
    bot.row.data["completion_reason"] = "stopped";
    enter(bot, "completed");
  }
  if (bot.row.status == "reserved" && age > starts_after) {
    bot.row.start_time = now_text();
    enter(bot, "starting");
  }
  if (bot.row.status == "starting" && age > active_after && !hangs) {
    enter(bot, "active");
    speak(bot);
  }
  if (stale && is_live(bot.row.status) && age > cleaned_up_after) {
    bot.row.data["failure_reason"] = hangs ? "stale_starting_timeout" : "stale_active_timeout";
    bot.row.end_time = now_text();
    enter(bot, "failed");
  }
}

void TwinService::enter(Bot& bot, const std::string& state) {
  types::Transition step;
  if (!bot.transitions.empty()) step.from = bot.row.status;
  step.to = state;
  step.at = now_text();
  step.source = "bot";
  bot.transitions.push_back(step);
  bot.row.status = state;
}

void TwinService::speak(Bot& bot) {
  types::Segment segment;
  segment.start = static_cast<double>(bot.segments.size());
  segment.end = segment.start + 1;
  segment.text = "what was said";
  segment.language = bot.language;
  bot.segments.push_back(segment);
}

std::size_t TwinService::seats_taken(std::int64_t user_id) const {
  return static_cast<std::size_t>(
      std::count_if(bots_.begin(), bots_.end(), [user_id](const auto& entry) {
        return entry.second.row.user_id == user_id && is_live(entry.second.row.status);
      }));
}

TwinService::Bot* TwinService::newest(std::int64_t user_id, std::string_view native_id) {
  Bot* found = nullptr;
  for (auto& [id, bot] : bots_) {
    if (bot.row.user_id == user_id && bot.row.native_meeting_id == native_id) found = &bot;
  }
  return found;
}

HttpResponse TwinService::of_user(const HttpRequest& request, const types::User& user) {
  const auto& path = request.target;
  if (path == "/bots" && request.method == "POST") return start(request, user);
  if (path == "/bots/status") return status(user);
  if (path == "/meetings") return list(user);
  const auto parts = split(path, '/');  // "", bots, platform, id, …
  if (path.ends_with("/timeline")) {
    const auto found = bots_.find(parse_int(parts[2]).value_or(0));
    if (found == bots_.end() || found->second.row.user_id != user.id) {
      return refuse(404, "Meeting not found");
    }
    return timeline(found->second);
  }
  auto* bot = parts.size() > 3 ? newest(user.id, parts[3]) : nullptr;
  if (bot == nullptr) return refuse(404, "Meeting not found");
  if (path.starts_with("/transcripts/")) return transcript(*bot);
  if (request.method == "PATCH") return patch(*bot, request.body);
  if (path.ends_with("/config")) return configure(*bot, request.body);
  if (parts.size() > 5 && parts[4] == "commands") return command(*bot, parts[5]);
  if (request.method == "DELETE" && path.starts_with("/bots/")) return stop(*bot);
  return refuse(404, "Not Found");
}

HttpResponse TwinService::start(const HttpRequest& request, const types::User& user) {
  const auto parsed = types::parse(request.body);
  if (!parsed || !parsed->is_object()) return unprocessable("body");
  const auto& body = *parsed;
  if (!body.contains("platform") || !one_of(body, "platform", {"google_meet", "zoom", "teams"})) {
    return unprocessable("platform");
  }
  if (!body.contains("native_meeting_id") || !body.at("native_meeting_id").is_string() ||
      body.at("native_meeting_id").get<std::string>().empty()) {
    return unprocessable("native_meeting_id");
  }
  if (!one_of(body, "language", languages)) return unprocessable("language");
  if (!one_of(body, "task", tasks)) return unprocessable("task");
  const auto id = body.at("native_meeting_id").get<std::string>();
  if (strict_ids_ && !std::regex_match(id, std::regex("[a-z]{3}-[a-z]{4}-[a-z]{3}"))) {
    return unprocessable("native_meeting_id");
  }
  const auto* same = newest(user.id, id);
  if (same != nullptr && is_live(same->row.status)) return refuse(409, "An active meeting exists");
  if (seats_taken(user.id) >= static_cast<std::size_t>(user.max_concurrent_bots)) {
    auto refusal = refuse(429, "Maximum concurrent bots limit reached");
    refusal.headers.emplace_back("Retry-After", "5");
    return refusal;
  }
  Bot bot{.row = {}, .born = std::chrono::steady_clock::now(), .language = "", .task = ""};
  bot.row.id = ++last_id_;
  bot.row.user_id = user.id;
  bot.row.platform = "google_meet";
  bot.row.native_meeting_id = id;
  bot.row.bot_container_id = "twin-bot-" + std::to_string(bot.row.id);
  bot.row.created_at = bot.row.updated_at = now_text();
  bot.language = body.value("language", "en");
  bot.task = body.value("task", "transcribe");
  enter(bot, "reserved");
  return reply(201, bots_.emplace(bot.row.id, bot).first->second.row);
}

HttpResponse TwinService::stop(Bot& bot) {
  if (is_live(bot.row.status)) {
    bot.asked_to_stop = std::chrono::steady_clock::now();
    enter(bot, "stopping");
  }
  return reply(202, Json{{"message", "Stop request accepted"}});
}

std::vector<std::string> TwinService::messages_to(const std::string& session_uid) const {
  const std::scoped_lock lock(mutex_);
  for (const auto& [id, bot] : bots_) {
    if ("session-" + std::to_string(id) == session_uid) return bot.messages;
  }
  return {};
}

std::size_t TwinService::meetings_of(std::int64_t user_id) const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(bots_.begin(), bots_.end(), [user_id](const auto& each) {
        return each.second.row.user_id == user_id;
      }));
}

HttpResponse TwinService::configure(Bot& bot, const std::string& body) {
  const auto wish = *types::parse(body);
  if (!one_of(wish, "language", languages)) return unprocessable("language");
  if (!one_of(wish, "task", tasks)) return unprocessable("task");
  if (bot.row.status != "active") return refuse(409, "Meeting found but is not active");
  bot.language = wish.value("language", bot.language);
  bot.task = wish.value("task", bot.task);
  speak(bot);
  types::BotCommand sent;
  sent.id = ++last_id_;
  sent.meeting_id = bot.row.id;
  sent.session_uid = "session-" + std::to_string(bot.row.id);
  sent.action = "reconfigure";
  sent.status = "acknowledged";
  sent.created_at = now_text();
  sent.acknowledged_at = sent.created_at;
  sent.result = Json{{"language", bot.language}, {"task", bot.task}};
  bot.commands.push_back(sent);
  auto message = wish;
  message["action"] = "reconfigure";
  message["uid"] = sent.session_uid;
  bot.messages.push_back(types::dump(message));
  return reply(202, Json{{"message", "Reconfiguration accepted"}, {"command_id", sent.id}});
}

HttpResponse TwinService::command(const Bot& bot, std::string_view id) const {
  for (const auto& sent : bot.commands) {
    if (std::to_string(sent.id) == id) return reply(200, sent);
  }
  return refuse(404, "Command not found");
}

HttpResponse TwinService::patch(Bot& bot, const std::string& body) {
  const auto wish = *types::parse(body);
  for (const auto& [name, value] : wish.at("data").items())
    bot.row.data[name] = value;
  return reply(200, bot.row);
}

HttpResponse TwinService::transcript(const Bot& bot) const {
  types::Transcript transcript;
  transcript.id = bot.row.id;
  transcript.platform = bot.row.platform;
  transcript.native_meeting_id = bot.row.native_meeting_id;
  transcript.status = bot.row.status;
  transcript.segments = bot.segments;
  return reply(200, transcript);
}

HttpResponse TwinService::timeline(const Bot& bot) const {
  types::Session session;
  session.session_uid = "session-" + std::to_string(bot.row.id);
  session.container_id = bot.row.bot_container_id;
  session.started_at = bot.row.created_at;
  return reply(200,
               types::Timeline{.meeting_id = bot.row.id,
                               .status = bot.row.status,
                               .sessions = {session},
                               .transitions = bot.transitions});
}

HttpResponse TwinService::list(const types::User& user) const {
  types::MeetingList all;
  for (const auto& [id, bot] : bots_) {
    if (bot.row.user_id == user.id) all.meetings.insert(all.meetings.begin(), bot.row);
  }
  return reply(200, all);
}

HttpResponse TwinService::status(const types::User& user) const {
  types::BotsStatus running;
  for (const auto& [id, bot] : bots_) {
    if (bot.row.user_id != user.id || !is_live(bot.row.status)) continue;
    types::RunningBot item;
    item.container_id = bot.row.bot_container_id;
    item.platform = bot.row.platform;
    item.native_meeting_id = bot.row.native_meeting_id;
    item.meeting_id = bot.row.id;
    item.meeting_status = bot.row.status;
    item.session_uid = "session-" + std::to_string(bot.row.id);
    running.running_bots.push_back(item);
  }
  return reply(200, running);
}

}  // namespace bot::suites
