#include "server/queue/listeners.hpp"

#include <utility>

namespace bot::queue {

void Listeners::on(std::string lane, Listener listener) {
  by_lane_[std::move(lane)].push_back(std::move(listener));
}

bool Listeners::listens_to(std::string_view lane) const {
  return by_lane_.find(lane) != by_lane_.end();
}

void Listeners::tell(sql::Connection& connection, const Transition& transition) const {
  const auto found = by_lane_.find(transition.item.lane);
  if (found == by_lane_.end()) return;
  for (const auto& listener : found->second)
    listener(connection, transition);
}

const Listeners& Listeners::none() {
  static const Listeners nobody;
  return nobody;
}

}  // namespace bot::queue
