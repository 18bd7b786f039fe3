#pragma once

#include <functional>
#include <memory>

#include "base/clock.hpp"
#include "server/app/metrics.hpp"
#include "server/app/store_numbers.hpp"
#include "server/http/listener.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/store/database.hpp"

namespace bot::events {
class RedisLink;
}

namespace bot::bots {
class Replicas;
}

namespace bot::app {

struct GaugeSources {
  store::Database& database;
  StoreCounter& counter;
  queue::Dispatcher& queue;
  const Clock& clock;
  std::function<http::ListenerStats()> listener;
  const events::RedisLink* redis = nullptr;  // null: there is none
  const bots::Replicas* replicas = nullptr;  // null: this server is the only one
};

// The numbers of /metrics that are read on demand; those of rows may be a second old, and read as
// not-a-number while the store is away. The sources must outlive the reader.
Reader gauges(GaugeSources sources);

// One of the lanes that there are, for a label: "bot.stop" for those of every place.
std::string_view lane_label(std::string_view lane);
// Every value of it but "other".
const std::vector<std::string>& lane_labels();

}  // namespace bot::app
