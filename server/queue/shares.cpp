#include "server/queue/shares.hpp"

namespace bot::queue {

bool Shares::take(const std::optional<std::string>& key) {
  if (!key || most_of_one_ == unlimited) return true;
  auto& held = held_[*key];
  if (held >= most_of_one_) return false;
  ++held;
  return true;
}

void Shares::give_back(const std::optional<std::string>& key) {
  if (!key || most_of_one_ == unlimited) return;
  const auto found = held_.find(*key);
  if (--found->second == 0) held_.erase(found);
}

std::vector<std::string> Shares::full() const {
  std::vector<std::string> keys;
  for (const auto& [key, held] : held_) {
    if (held >= most_of_one_) keys.push_back(key);
  }
  return keys;
}

}  // namespace bot::queue
