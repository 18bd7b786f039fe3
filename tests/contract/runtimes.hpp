// The runtimes that the contract tests run on, and how each comes to bots of a certain behaviour.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "server/bots/runtime.hpp"

namespace bot::bots {

enum class Behaviour { waits, fails_by_itself, ignores_sigterm };

// Where the bots of one test run; the test ends those that it has started.
class RuntimeRig {
 public:
  RuntimeRig() = default;
  RuntimeRig(const RuntimeRig&) = delete;
  RuntimeRig& operator=(const RuntimeRig&) = delete;
  virtual ~RuntimeRig() = default;

  // As a server makes it at its start; another one sees the same bots.
  virtual std::unique_ptr<Runtime> make(Behaviour behaviour) = 0;
  // Has what runs as this bot done anything yet, and would it hear a SIGTERM?
  virtual bool is_up(const std::string& handle) = 0;
  // Before the first bot of it is started.
  virtual void prepare(const BotSpec& /*spec*/) {}
  virtual int own_exit_code() const { return 7; }  // of fails_by_itself
  virtual bool has_signals() const { return true; }
  virtual bool outlives_servers() const { return true; }
  // Why these bots cannot be had here; empty when they can.
  virtual std::string missing() const { return ""; }
  // Of the right form, but of no bot that there was.
  virtual std::string handle_of_nobody() const = 0;
};

struct RuntimeCase {
  std::string name;
  std::function<std::unique_ptr<RuntimeRig>()> make;
};

inline void PrintTo(const RuntimeCase& runtime, std::ostream* out) {
  *out << runtime.name;
}

// Each program of tests links the answer for its runtimes.
std::vector<RuntimeCase> runtimes();

}  // namespace bot::bots
