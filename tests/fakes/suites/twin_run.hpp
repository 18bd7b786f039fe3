#pragma once

#include <memory>
#include <set>
#include <string>

#include "suites/engine.hpp"
#include "tests/fakes/suites/twin_behind.hpp"
#include "tests/fakes/suites/twin_service.hpp"

namespace bot::suites {

// One smoke run against a twin of its own, with short deadlines.
class TwinRun {
 public:
  TwinRun() {
    options.admin_key = TwinService::admin_key;
    options.timeout_scale = 0.05;
    options.race_size = 8;
  }

  const Result<RunResult>& run() {
    Wiring wiring{.connect = connect,
                  .gate = std::make_shared<TwinGate>(service),
                  .ownership = ownership,
                  .behind = behind};
    result_ = run_over(options, std::move(wiring), "http://twin.test");
    return result_;
  }

  // The ids of the checks that ended so.
  std::set<std::string> with(CheckStatus status) const {
    std::set<std::string> ids;
    if (!result_) return ids;
    for (const auto& suite : result_->suites) {
      for (const auto& check : suite.checks) {
        if (check.status == status) ids.insert(check.id);
      }
    }
    return ids;
  }
  std::set<std::string> failed() const { return with(CheckStatus::failed); }

  const CheckResult* find(const std::string& id) const {
    if (!result_) return nullptr;
    for (const auto& suite : result_->suites) {
      for (const auto& check : suite.checks) {
        if (check.id == id) return &check;
      }
    }
    return nullptr;
  }

  std::shared_ptr<TwinService> service = std::make_shared<TwinService>();
  std::shared_ptr<TwinBehind> behind = std::make_shared<TwinBehind>(service);
  Connect connect = [this](const std::function<bool()>&) { return service; };
  SmokeOptions options;
  Ownership ownership = Ownership::own;

 private:
  Result<RunResult> result_{Error{.message = "not run"}};
};

}  // namespace bot::suites
