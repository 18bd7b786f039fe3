// The engines that the contract tests run on, and a fresh database of each.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "server/store/database.hpp"
#include "tests/fakes/base/manual_clock.hpp"

namespace bot::store {

// An empty database of its own for each test; gone with this.
class EmptyDatabase {
 public:
  EmptyDatabase() = default;
  EmptyDatabase(const EmptyDatabase&) = delete;
  EmptyDatabase& operator=(const EmptyDatabase&) = delete;
  virtual ~EmptyDatabase() = default;

  virtual DatabaseOptions options() const = 0;
};

struct EngineCase {
  std::string name;
  std::function<std::unique_ptr<EmptyDatabase>()> make;
};

inline void PrintTo(const EngineCase& engine, std::ostream* out) {
  *out << engine.name;
}

// Each program of tests links the answer for one engine: sqlite_case.cpp or postgres_case.cpp.
std::vector<EngineCase> engines();

inline std::string name_of_case(const testing::TestParamInfo<EngineCase>& info) {
  return info.param.name;
}

class OnEachEngine : public testing::TestWithParam<EngineCase> {
 protected:
  OnEachEngine() : empty_(GetParam().make()) { reopen(); }

  DatabaseOptions options() const { return empty_->options(); }
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

  std::unique_ptr<EmptyDatabase> empty_;
  ManualClock clock_;
  std::unique_ptr<Database> database_;
};

}  // namespace bot::store
