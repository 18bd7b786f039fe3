#include "server/commands/outbox.hpp"

#include "client/types/json.hpp"
#include "server/queue/queue.hpp"
#include "server/store/command_store.hpp"

namespace bot::commands {
namespace {

constexpr Millis pause_while_away{500};
constexpr Millis pause_while_taken{20};
// Longer than publishing takes; whoever dies while at it is waited for.
constexpr Millis longest_turn{5'000};
constexpr std::int64_t attempts = 20;

queue::Outcome publish_all(const queue::Item& item,
                           store::Database& database,
                           const Clock& clock,
                           const Publish& publish,
                           const OnPublished& on_published) {
  const auto payload = types::Json::parse(item.payload, nullptr, false);
  if (!payload.is_object() || !payload.contains("session_uid")) {
    return queue::Outcome::dead("the payload names no session");
  }
  const auto session = payload.at("session_uid").get<std::string>();
  const auto commands = database.write([&](sql::Connection& connection) {
    const auto now = clock.now_ms();
    return store::CommandStore(connection)
        .begin_publishing(session, now + longest_turn.count(), now);
  });
  if (!commands) return queue::Outcome::snooze(clock.now_ms() + pause_while_taken.count());
  std::int64_t last = 0;
  std::size_t published = 0;
  bool away = false;
  for (const auto& command : *commands) {
    away = !publish(session, command.payload);
    if (away) break;
    last = command.id;
    ++published;
  }
  database.write([&](sql::Connection& connection) {
    store::CommandStore(connection).end_publishing(session, last, clock.now_ms());
  });
  // When this was not stored the same are published again, and counted then.
  on_published(published);
  if (away) return queue::Outcome::snooze(clock.now_ms() + pause_while_away.count());
  return queue::Outcome::done();
}

}  // namespace

void enqueue_publication(sql::Connection& connection,
                         std::string_view session_uid,
                         UnixMillis now) {
  queue::NewItem item;
  item.lane = publish_lane;
  item.kind = publish_lane;
  item.payload = types::dump(types::Json{{"session_uid", session_uid}});
  item.max_attempts = attempts;
  queue::enqueue(connection, item, now);
}

void register_outbox(queue::Dispatcher& dispatcher,
                     store::Database& database,
                     const Clock& clock,
                     Publish publish,
                     OnPublished on_published) {
  dispatcher.handle(
      std::string(publish_lane),
      4,
      [&database, &clock, publish = std::move(publish), on_published = std::move(on_published)](
          const queue::Item& item) {
        return publish_all(item, database, clock, publish, on_published);
      });
}

}  // namespace bot::commands
