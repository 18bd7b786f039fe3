#pragma once

#include <functional>
#include <vector>

#include "base/clock.hpp"
#include "server/app/metrics.hpp"
#include "server/http/listener.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/store/database.hpp"

namespace bot::app {

struct GaugeSources {
  store::Database& database;
  queue::Dispatcher& queue;
  const Clock& clock;
  std::function<http::ListenerStats()> listener;
};

// The numbers of /metrics that are read on demand; those of the store may be a second old. The
// sources must outlive them.
std::vector<Gauge> gauges(GaugeSources sources);

}  // namespace bot::app
