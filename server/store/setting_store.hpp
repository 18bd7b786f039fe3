#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "drivers/sql.hpp"

namespace bot::store {

// Small facts that outlive a restart.
class SettingStore {
 public:
  explicit SettingStore(sql::Connection& connection) : connection_(connection) {}

  std::optional<std::string> find(std::string_view key);
  void put(std::string_view key, std::string_view value);
  // The value that is there, or else this one from now on: of many who keep at once, all get the
  // same.
  std::string keep(std::string_view key, std::string_view value);
  bool remove(std::string_view key);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
