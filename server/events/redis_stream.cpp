#include "server/events/redis_stream.hpp"

#include <algorithm>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "drivers/redis/connection.hpp"

namespace bot::events {
namespace {

using std::chrono::steady_clock;

constexpr std::int64_t claimed_at_once = 100;

// Removing a consumer forgets what is pending for it, so that looking and removing must be one.
// KEYS: the stream. ARGV: the group, whom (empty: all but the next one), ourselves, idle for how
// many milliseconds.
constexpr std::string_view forget_script = R"(
for _, row in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local one = {}
  for i = 1, #row, 2 do one[row[i]] = row[i + 1] end
  local meant = one.name == ARGV[2] or (ARGV[2] == '' and one.name ~= ARGV[3])
  if meant and one.pending == 0 and one.idle >= tonumber(ARGV[4]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], one.name)
  end
end
)";

struct Id {
  std::int64_t milliseconds = 0;
  std::int64_t number = 0;
};

std::optional<Id> parse_id(std::string_view text) {
  const auto dash = text.find('-');
  if (dash == text.npos) return std::nullopt;
  const auto milliseconds = parse_int(text.substr(0, dash));
  const auto number = parse_int(text.substr(dash + 1));
  if (!milliseconds || !number) return std::nullopt;
  return Id{*milliseconds, *number};
}

bool is_missing(const redis::Reply& reply) {
  return reply.text.starts_with("NOGROUP") || reply.text.starts_with("UNBLOCKED");
}

// [id, [name, value, …]]; no fields for one that was deleted while it was pending.
StreamEntry entry_of(const redis::Reply& reply) {
  StreamEntry entry;
  if (reply.list.size() != 2) return entry;
  entry.id = reply.list[0].text;
  const auto& words = reply.list[1].list;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2)
    entry.fields.emplace_back(words[i].text, words[i + 1].text);
  return entry;
}

}  // namespace

const std::string* StreamEntry::field(std::string_view name) const {
  const auto found = std::find_if(
      fields.begin(), fields.end(), [&](const auto& one) { return one.first == name; });
  return found == fields.end() ? nullptr : &found->second;
}

UnixMillis StreamEntry::at() const {
  const auto parsed = parse_id(id);
  return parsed ? parsed->milliseconds : 0;
}

std::int64_t StreamEntry::position() const {
  constexpr int bits = 20;
  constexpr std::int64_t most = (std::int64_t{1} << bits) - 1;
  const auto parsed = parse_id(id);
  if (!parsed || parsed->milliseconds > (std::int64_t{1} << (62 - bits))) return 0;
  return (parsed->milliseconds << bits) + std::min(parsed->number, most);
}

RedisStream::RedisStream(Options options, Handler handler)
    : options_(std::move(options)), handler_(std::move(handler)) {}

RedisStream::~RedisStream() {
  stop();
}

void RedisStream::start() {
  thread_ = std::thread([this] { run(); });
}

void RedisStream::stop() {
  stopping_ = true;
  interrupt_.raise();
  if (thread_.joinable()) thread_.join();
}

void RedisStream::run() {
  while (!stopping_) {
    try {
      follow();
    } catch (const redis::Refused&) {
      refused_ = true;
    } catch (const Fault&) {
      connected_ = false;
    }
    if (!stopping_) pause();
  }
  try {
    say_goodbye();
  } catch (const Fault&) {
    // The others take over what is left.
  }
  connected_ = false;
}

void RedisStream::follow() {
  redis::Connection connection({.address = redis::parse_url(options_.url).value()});
  make_group(connection);
  connected_ = true;
  auto source = Source::pending;
  while (!stopping_) {
    if (steady_clock::now() >= next_upkeep_ && look_after(connection)) source = Source::pending;
    const auto entries = read(connection, source);
    if (!entries) return;
    if (entries->empty()) {
      source = Source::fresh;
    } else if (deal_with(*entries)) {
      acknowledge(connection, *entries);
    }
  }
}

// Waiting at Redis may have been given up just when it gave something away.
void RedisStream::say_goodbye() {
  if (!connected_) return;
  redis::Connection connection({.address = redis::parse_url(options_.url).value()});
  while (const auto entries = read(connection, Source::pending)) {
    if (entries->empty()) break;
    if (!deal_with(*entries)) return;
    acknowledge(connection, *entries);
  }
  forget(connection, options_.consumer, Millis{0});
}

// From the beginning: whatever is there when the group is made again has not been dealt with.
void RedisStream::make_group(redis::Connection& connection) const {
  const std::vector<redis::Command> commands = {
      {"XGROUP", "CREATE", options_.stream, options_.group, "0", "MKSTREAM"}};
  const auto reply = connection.run_all(commands).front();
  if (reply.is_error() && !reply.text.starts_with("BUSYGROUP")) connection.run(commands.front());
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
  std::vector<StreamEntry> entries;
  if (reply->is_error()) {
    // Redis was flushed, or the stream deleted.
    if (!is_missing(*reply)) throw redis::Refused("Redis refused XREADGROUP");
    make_group(connection);
    return entries;
  }
  refused_ = false;
  if (reply->list.empty() || reply->list[0].list.size() != 2) return entries;
  for (const auto& each : reply->list[0].list[1].list)
    entries.push_back(entry_of(each));
  return entries;
}

bool RedisStream::deal_with(std::span<const StreamEntry> entries) {
  std::vector<StreamEntry> there;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(there), [](const auto& entry) {
    return !entry.fields.empty();
  });
  while (!there.empty()) {
    try {
      handler_(there);
      break;
    } catch (const Unavailable&) {
      if (stopping_) return false;
      pause();
    }
  }
  return true;
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
  connection.run_all(commands);
}

bool RedisStream::look_after(redis::Connection& connection) {
  next_upkeep_ = steady_clock::now() + options_.upkeep;
  const std::vector<redis::Command> asked = {{"XINFO", "GROUPS", options_.stream}};
  only_group_ = connection.run_all(asked).front().list.size() <= 1;
  forget(connection, "", options_.forget_after);
  return claim_stale(connection);
}

// XCLAIM looks at the idle time itself, so that of several servers one gets each entry. (XAUTOCLAIM
// would do both, from Redis 6.2 on.)
bool RedisStream::claim_stale(redis::Connection& connection) const {
  const std::vector<redis::Command> asked = {
      {"XPENDING", options_.stream, options_.group, "-", "+", std::to_string(claimed_at_once)}};
  const auto idle = std::to_string(options_.claim_after.count());
  redis::Command claim = {"XCLAIM", options_.stream, options_.group, options_.consumer, idle};
  const auto without_ids = claim.size();
  // [id, consumer, idle, deliveries]
  const auto pending = connection.run_all(asked).front();
  for (const auto& row : pending.list) {
    if (row.list.size() != 4 || row.list[1].text == options_.consumer) continue;
    if (row.list[2].integer >= options_.claim_after.count()) claim.push_back(row.list[0].text);
  }
  if (claim.size() == without_ids) return false;
  claim.emplace_back("JUSTID");
  return !connection.run_all(std::span(&claim, 1)).front().list.empty();
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
  connection.run_all(commands);
}

void RedisStream::pause() {
  interrupt_.wait(options_.retry_pause);
}

}  // namespace bot::events
