#include "server/events/redis_stream.hpp"

#include <algorithm>

#include "base/fault.hpp"
#include "drivers/redis/connection.hpp"
#include "server/events/stream_replies.hpp"

namespace bot::events {
namespace {

using std::chrono::steady_clock;

constexpr std::int64_t claimed_at_once = 100;
constexpr const char* no_entry = "0-0";

// Removing a consumer forgets what is pending for it, so that looking and removing must be one.
// KEYS: the stream. ARGV: the group, whom (empty: all but the next one), ourselves, idle for how
// many milliseconds.
constexpr std::string_view forget_script = R"(
local rows = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if rows.err then return rows end
for _, row in ipairs(rows) do
  local one = {}
  for i = 1, #row, 2 do one[row[i]] = row[i + 1] end
  local meant = one.name == ARGV[2] or (ARGV[2] == '' and one.name ~= ARGV[3])
  if meant and one.pending == 0 and one.idle >= tonumber(ARGV[4]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], one.name)
  end
end
)";

// Answers to commands that Redis may refuse only because there is no stream.
std::vector<redis::Reply> run_checked(redis::Connection& connection,
                                      std::span<const redis::Command> commands) {
  auto replies = connection.run_all(commands);
  for (std::size_t i = 0; i < commands.size(); ++i) {
    if (!is_missing(replies[i])) redis::Connection::throw_if_refused(commands[i], replies[i]);
  }
  return replies;
}

}  // namespace

RedisStream::RedisStream(Options options, Handler handler, Hooks hooks)
    : options_(std::move(options)),
      handler_(std::move(handler)),
      hooks_(std::move(hooks)),
      at_once_(static_cast<std::size_t>(options_.batch)) {}

RedisStream::~RedisStream() {
  stop();
}

void RedisStream::start() {
  thread_ = std::thread([this] { run(); });
}

void RedisStream::begin_to_stop() {
  stopping_ = true;
  interrupt_.raise();
}

void RedisStream::stop() {
  begin_to_stop();
  if (thread_.joinable()) thread_.join();
}

std::string RedisStream::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

std::optional<std::int64_t> RedisStream::backlog() const {
  const std::int64_t counted = backlog_;
  return connected_ && counted >= 0 ? std::optional(counted) : std::nullopt;
}

void RedisStream::set_problem(const std::string& why, const std::string& told) {
  {
    const std::lock_guard lock(mutex_);
    if (problem_ == told) return;
    problem_ = told;
  }
  if (hooks_.on_problem) hooks_.on_problem(why);
}

void RedisStream::run() {
  while (!stopping_) {
    try {
      follow();
    } catch (const redis::Refused& refused) {
      set_problem(refused.what(), first_words(refused.what()));
    } catch (const Unavailable&) {
      connected_ = false;
    } catch (const std::exception& failure) {
      connected_ = false;
      set_problem(failure.what(), "a fault of the server's own");
    }
    if (!stopping_) pause();
  }
  try {
    if (connected_ && !gave_up_) say_goodbye();
  } catch (const std::exception&) {
    // The others take over what is left.
  }
  connected_ = false;
}

void RedisStream::follow() {
  redis::Connection connection({.address = redis::parse_url(options_.url).value()});
  make_group(connection);
  connected_ = true;
  next_upkeep_ = {};
  auto source = Source::pending;
  while (!stopping_) {
    if (steady_clock::now() >= next_upkeep_ && look_after(connection)) source = Source::pending;
    const auto entries = read(connection, source);
    if (!entries) return;
    if (entries->empty()) source = Source::fresh;
    if (!deal_with(connection, *entries)) return;
    set_problem("", "");
  }
}

// Waiting at Redis may have been given up just when it gave something away.
void RedisStream::say_goodbye() {
  redis::Connection connection({.address = redis::parse_url(options_.url).value()});
  while (const auto entries = read(connection, Source::pending)) {
    if (entries->empty()) break;
    if (!deal_with(connection, *entries)) return;
  }
  forget(connection, options_.consumer, Millis{0});
}

// From the beginning: whatever is there when the group is made again has not been dealt with.
void RedisStream::make_group(redis::Connection& connection) const {
  const std::vector<redis::Command> commands = {
      {"XGROUP", "CREATE", options_.stream, options_.group, "0", "MKSTREAM"}};
  const auto reply = connection.run_all(commands).front();
  if (!reply.text.starts_with("BUSYGROUP"))
    redis::Connection::throw_if_refused(commands.front(), reply);
}

std::optional<std::vector<StreamEntry>> RedisStream::read(redis::Connection& connection,
                                                          Source source) {
  redis::Command command = {"XREADGROUP",
                            "GROUP",
                            options_.group,
                            options_.consumer,
                            "COUNT",
                            std::to_string(options_.batch)};
  const bool fresh = source == Source::fresh;
  if (fresh) command.insert(command.end(), {"BLOCK", std::to_string(options_.wait.count())});
  command.insert(command.end(), {"STREAMS", options_.stream, fresh ? ">" : "0"});
  const auto reply = fresh ? connection.run_blocking(command, options_.wait, interrupt_)
                           : connection.run_all(std::span(&command, 1)).front();
  if (!reply) return std::nullopt;
  if (is_missing(*reply)) {
    make_group(connection);
    return std::vector<StreamEntry>{};
  }
  redis::Connection::throw_if_refused(command, *reply);
  return entries_of(*reply);
}

bool RedisStream::may_hand_over() {
  if (!stopping_) return true;
  const auto now = steady_clock::now();
  if (!last_call_) last_call_ = now + options_.farewell;
  return now < *last_call_;
}

bool RedisStream::deal_with(redis::Connection& connection, std::span<const StreamEntry> entries) {
  while (!entries.empty()) {
    if (!may_hand_over()) return false;
    const auto part = entries.first(std::min(at_once_, entries.size()));
    const auto outcome = hand_over(part);
    if (outcome == Outcome::dealt_with) {
      acknowledge(connection, part);
      entries = entries.subspan(part.size());
      at_once_ = std::min(2 * at_once_, static_cast<std::size_t>(options_.batch));
      continue;
    }
    // It may have been too much at once.
    at_once_ = std::max<std::size_t>(part.size() / 2, 1);
    if (outcome == Outcome::failed) continue;
    if (!stopping_) pause();
    gave_up_ = stopping_;
    if (gave_up_) return false;
    if (steady_clock::now() >= next_upkeep_) take_stock(connection);
  }
  return true;
}

RedisStream::Outcome RedisStream::hand_over(std::span<const StreamEntry> entries) {
  std::vector<StreamEntry> there;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(there), [](const auto& entry) {
    return !entry.fields.empty();
  });
  try {
    if (!there.empty()) handler_(there);
  } catch (const Unavailable&) {
    return Outcome::not_now;
  } catch (const std::exception& failure) {
    if (entries.size() > 1) return Outcome::failed;
    if (hooks_.on_failed_entry) hooks_.on_failed_entry(there.front(), failure.what());
  }
  return Outcome::dealt_with;
}

void RedisStream::acknowledge(redis::Connection& connection,
                              std::span<const StreamEntry> entries) const {
  redis::Command acknowledged = {"XACK", options_.stream, options_.group};
  redis::Command deleted = {"XDEL", options_.stream};
  for (const auto& entry : entries) {
    acknowledged.push_back(entry.id);
    deleted.push_back(entry.id);
  }
  std::vector<redis::Command> commands = {std::move(acknowledged)};
  if (only_group_) commands.push_back(std::move(deleted));
  run_checked(connection, commands);
}

bool RedisStream::look_after(redis::Connection& connection) {
  take_stock(connection);
  forget(connection, "", options_.forget_after);
  return claim_stale(connection);
}

void RedisStream::take_stock(redis::Connection& connection) {
  next_upkeep_ = steady_clock::now() + options_.upkeep;
  // With an id that no entry has: a right that is missing shows before an entry was taken.
  const std::vector<redis::Command> asked = {{"XINFO", "GROUPS", options_.stream},
                                             {"XLEN", options_.stream},
                                             {"XACK", options_.stream, options_.group, no_entry},
                                             {"XDEL", options_.stream, no_entry}};
  const auto replies = run_checked(connection, asked);
  only_group_ = replies[0].list.size() == 1;
  backlog_ = backlog_of(options_.group, replies[0], replies[1]);
  if (hooks_.on_upkeep) hooks_.on_upkeep();
}

// XCLAIM looks at the idle time itself, so that of several servers one gets each entry. (XAUTOCLAIM
// would do both, from Redis 6.2 on.)
bool RedisStream::claim_stale(redis::Connection& connection) const {
  const std::vector<redis::Command> asked = {
      {"XPENDING", options_.stream, options_.group, "-", "+", std::to_string(claimed_at_once)}};
  const auto idle = std::to_string(options_.claim_after.count());
  redis::Command claim = {
      "XCLAIM", options_.stream, options_.group, options_.consumer, idle, no_entry};
  // [id, consumer, idle, deliveries]
  const auto pending = run_checked(connection, asked).front();
  for (const auto& row : pending.list) {
    if (row.list.size() != 4 || row.list[1].text == options_.consumer) continue;
    if (row.list[2].integer >= options_.claim_after.count()) claim.push_back(row.list[0].text);
  }
  claim.emplace_back("JUSTID");
  return !run_checked(connection, std::span(&claim, 1)).front().list.empty();
}

void RedisStream::forget(redis::Connection& connection,
                         std::string_view consumer,
                         Millis idle) const {
  const std::vector<redis::Command> commands = {{"EVAL",
                                                 std::string(forget_script),
                                                 "1",
                                                 options_.stream,
                                                 options_.group,
                                                 std::string(consumer),
                                                 options_.consumer,
                                                 std::to_string(idle.count())}};
  run_checked(connection, commands);
}

void RedisStream::pause() {
  interrupt_.wait(options_.retry_pause);
}

}  // namespace bot::events
