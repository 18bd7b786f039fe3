#include "server/app/gauges.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <memory>

#include "server/app/store_numbers.hpp"
#include "server/domain/meeting_state.hpp"

namespace bot::app {
namespace {

using Counter = std::shared_ptr<StoreCounter>;

// A number from the store; while the store is away it reads as not-a-number.
template <typename Read>
std::function<double()> from_store(const Counter& counter, Read read) {
  return [counter, read]() -> double {
    const auto numbers = counter->numbers();
    if (!numbers) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(read(*numbers));
  };
}

void add_bot_gauges(std::vector<Gauge>& gauges, const Counter& counter) {
  for (const auto state : domain::all_states) {
    if (domain::is_final(state)) continue;
    gauges.push_back(
        {.name = "botd_live_bots",
         .help = "Bots in meetings or on their way, by state",
         .read = from_store(
             counter, [state](const StoreNumbers& numbers) { return numbers.live_bots.at(state); }),
         .label = "state=" + std::string(domain::to_string(state))});
  }
}

void add_queue_gauges(std::vector<Gauge>& gauges, const Counter& counter, const Clock& clock) {
  const std::array shown = {std::pair{"ready", &queue::LaneCounts::ready},
                            std::pair{"scheduled", &queue::LaneCounts::scheduled},
                            std::pair{"leased", &queue::LaneCounts::leased},
                            std::pair{"dead", &queue::LaneCounts::dead}};
  for (const auto& [status, member] : shown) {
    gauges.push_back({.name = "botd_queue_items",
                      .help = "Items of the durable queue, by status",
                      .read = from_store(counter,
                                         [member = member](const StoreNumbers& numbers) {
                                           return numbers.queue.*member;
                                         }),
                      .label = std::string("status=") + status});
  }
  gauges.push_back({.name = "botd_queue_oldest_ready_seconds",
                    .help = "How long the oldest item that could run has been waiting",
                    .read = from_store(counter, [&clock](const StoreNumbers& numbers) {
                      const auto now = clock.now_ms();
                      const auto since = numbers.queue.oldest_ready_at.value_or(now);
                      return static_cast<double>(std::max<UnixMillis>(now - since, 0)) / 1000;
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
  const auto counter = std::make_shared<StoreCounter>(database, sources.clock);
  add_bot_gauges(gauges, counter);
  add_queue_gauges(gauges, counter, sources.clock);
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
  gauges.push_back({.name = "botd_store_refused_writes",
                    .help = "Writes turned away since the start: too many waited, or a disk hung",
                    .read = of_writer(&store::WriteStatistics::refused)});
  gauges.push_back({.name = "botd_store_given_up_writes",
                    .help = "Writes whose callers stopped waiting since the start",
                    .read = of_writer(&store::WriteStatistics::given_up)});
  gauges.push_back({.name = "botd_store_waiting_writes",
                    .help = "Writes that wait for the writer",
                    .read = of_writer(&store::WriteStatistics::waiting)});
  return gauges;
}

}  // namespace bot::app
