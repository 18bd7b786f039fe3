#include "server/app/gauges.hpp"

#include <array>

#include "base/fault.hpp"
#include "server/domain/meeting_state.hpp"
#include "server/queue/queue.hpp"
#include "server/store/meeting_store.hpp"

namespace bot::app {
namespace {

// A number from the store; while the store is away it reads as not-a-number.
template <typename Read>
std::function<double()> from_store(store::Database& database, Read read) {
  return [&database, read]() -> double {
    try {
      return database.read(
          [&](sql::Connection& connection) { return static_cast<double>(read(connection)); });
    } catch (const Fault&) {
      return std::numeric_limits<double>::quiet_NaN();
    }
  };
}

void add_bot_gauges(std::vector<Gauge>& gauges, store::Database& database) {
  for (const auto state : domain::all_states) {
    if (domain::is_final(state)) continue;
    gauges.push_back({.name = "botd_live_bots",
                      .help = "Bots in meetings or on their way, by state",
                      .read = from_store(database,
                                         [state](sql::Connection& connection) {
                                           return store::MeetingStore(connection).count_in(state);
                                         }),
                      .label = "state=" + std::string(domain::to_string(state))});
  }
}

void add_queue_gauges(std::vector<Gauge>& gauges, store::Database& database, const Clock& clock) {
  const auto sum = [&clock](auto member) {
    return [&clock, member](sql::Connection& connection) {
      std::int64_t total = 0;
      for (const auto& lane : queue::counts(connection, clock.now_ms()))
        total += lane.*member;
      return total;
    };
  };
  const std::array shown = {std::pair{"ready", &queue::LaneCounts::ready},
                            std::pair{"scheduled", &queue::LaneCounts::scheduled},
                            std::pair{"leased", &queue::LaneCounts::leased},
                            std::pair{"dead", &queue::LaneCounts::dead}};
  for (const auto& [status, member] : shown) {
    gauges.push_back({.name = "botd_queue_items",
                      .help = "Items of the durable queue, by status",
                      .read = from_store(database, sum(member)),
                      .label = std::string("status=") + status});
  }
  gauges.push_back({.name = "botd_queue_oldest_ready_seconds",
                    .help = "How long the oldest item that could run has been waiting",
                    .read = from_store(database, [&clock](sql::Connection& connection) {
                      const auto now = clock.now_ms();
                      double oldest = 0;
                      for (const auto& lane : queue::counts(connection, now)) {
                        if (!lane.oldest_ready_at) continue;
                        oldest = std::max(oldest,
                                          static_cast<double>(now - *lane.oldest_ready_at) / 1000);
                      }
                      return oldest;
                    })});
}

void add_verdict_gauges(std::vector<Gauge>& gauges, const queue::Dispatcher& queue) {
  const std::array shown = {std::pair{"done", &queue::DispatcherStatistics::done},
                            std::pair{"retried", &queue::DispatcherStatistics::retried},
                            std::pair{"dead", &queue::DispatcherStatistics::dead},
                            std::pair{"lost", &queue::DispatcherStatistics::lost}};
  for (const auto& [verdict, member] : shown) {
    gauges.push_back(
        {.name = "botd_queue_verdicts",
         .help = "What became of queue items that this server worked on since its start",
         .read = [&queue,
                  member = member] { return static_cast<double>(queue.statistics().*member); },
         .label = std::string("verdict=") + verdict});
  }
}

}  // namespace

std::vector<Gauge> gauges(GaugeSources sources) {
  std::vector<Gauge> gauges;
  auto& database = sources.database;
  add_bot_gauges(gauges, database);
  add_queue_gauges(gauges, database, sources.clock);
  add_verdict_gauges(gauges, sources.queue);
  const auto of_listener = [listener = sources.listener](auto member) {
    return [listener, member] { return static_cast<double>(listener().*member); };
  };
  gauges.push_back({.name = "botd_http_connections",
                    .help = "Open connections, websockets included",
                    .read = of_listener(&http::ListenerStats::connections)});
  gauges.push_back({.name = "botd_websocket_clients",
                    .help = "Open websockets",
                    .read = of_listener(&http::ListenerStats::web_sockets)});
  gauges.push_back({.name = "botd_http_queued_requests",
                    .help = "Requests that wait for a worker",
                    .read = of_listener(&http::ListenerStats::queued)});
  const auto of_writer = [&database](auto member) {
    return [&database, member] { return static_cast<double>(database.statistics().*member); };
  };
  gauges.push_back({.name = "botd_store_commits",
                    .help = "Transactions committed since the start",
                    .read = of_writer(&store::WriteStatistics::commits)});
  gauges.push_back({.name = "botd_store_waiting_writes",
                    .help = "Writes that wait for the writer",
                    .read = of_writer(&store::WriteStatistics::waiting)});
  return gauges;
}

}  // namespace bot::app
