#pragma once

#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bot::queue {

// How many items of each fair_key are held at once, and that none holds more than its share. Items
// without a key are not counted.
class Shares {
 public:
  static constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

  explicit Shares(std::size_t most_of_one = unlimited) : most_of_one_(most_of_one) {}

  // False, counting nothing, when the key has its share already.
  bool take(const std::optional<std::string>& key);
  // REQUIRES: it was taken.
  void give_back(const std::optional<std::string>& key);
  // The keys that have their share.
  std::vector<std::string> full() const;

 private:
  std::size_t most_of_one_;
  std::map<std::string, std::size_t> held_;
};

}  // namespace bot::queue
