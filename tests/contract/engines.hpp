// The engines that the contract tests run on, and a fresh database of each.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "server/store/database.hpp"
#include "tests/fakes/base/manual_clock.hpp"

namespace bot::store {

struct EngineCase {
  std::string name;
};

inline std::vector<EngineCase> engines() {
  return {{.name = "sqlite"}};
}

inline std::string name_of_case(const testing::TestParamInfo<EngineCase>& info) {
  return info.param.name;
}

// A database of its own for each test, on disk.
class OnEachEngine : public testing::TestWithParam<EngineCase> {
 protected:
  OnEachEngine() {
    std::filesystem::create_directories(folder_);
    reopen();
  }
  ~OnEachEngine() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  DatabaseOptions options() const { return {.path = folder_ / "botd.db"}; }
  // As after a restart of the program.
  void reopen() {
    database_.reset();
    database_ = std::make_unique<Database>(options(), clock_);
  }

  // One transaction with the vocabulary of the test inside.
  template <typename F>
  auto write(F&& f) {
    return database_->write(std::forward<F>(f));
  }
  template <typename F>
  auto read(F&& f) {
    return database_->read(std::forward<F>(f));
  }
  UnixMillis now() const { return clock_.now_ms(); }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("botd-contract-" + random_hex(12));
  ManualClock clock_;
  std::unique_ptr<Database> database_;
};

}  // namespace bot::store
