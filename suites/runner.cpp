#include "suites/runner.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "suites/known_defects.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

constexpr std::size_t side_by_side = 4;

class Stopwatch {
 public:
  std::int64_t ms() const {
    return std::chrono::duration_cast<Millis>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

int suite_of(const std::string& check_id) {
  return static_cast<int>(
      parse_int(std::string_view(check_id).substr(0, check_id.find('.'))).value_or(0));
}

// How the checks of this round ended so far, by id. Thread-safe.
class Verdicts {
 public:
  void add(const CheckResult& check) {
    const std::lock_guard lock(mutex_);
    by_id_[check.id] = check.status;
    if (check.status == CheckStatus::failed && first_failure_.empty()) first_failure_ = check.id;
  }

  // The first need that ended other than passed; empty when all are met.
  std::string unmet(const std::vector<std::string>& needs) const {
    const std::lock_guard lock(mutex_);
    for (const auto& id : needs) {
      const auto found = by_id_.find(id);
      if (found != by_id_.end() && found->second != CheckStatus::passed) return id;
    }
    return "";
  }

  std::string first_failure() const {
    const std::lock_guard lock(mutex_);
    return first_failure_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, CheckStatus> by_id_;
  std::string first_failure_;
};

// One suite from its account to its removal.
class SuiteRun {
 public:
  SuiteRun(Run& run, Verdicts& verdicts, const Suite& suite, int round)
      : run_(run), verdicts_(verdicts), suite_(suite), stage_(run, suite.number, round) {
    result_.number = suite.number;
    result_.title = suite.title;
    result_.round = round;
    result_.started_at = SystemClock().now_ms();
  }

  SuiteResult finish() {
    const Stopwatch watch;
    const auto trouble = run_.options.cancel.stop_requested() ? std::nullopt : set_up();
    for (const auto& check : suite_.checks) {
      auto result = verdict_on(check, trouble);
      verdicts_.add(result);
      if (run_.options.progress.check_finished) {
        const std::lock_guard lock(run_.progress_mutex);
        run_.options.progress.check_finished(result);
      }
      result_.checks.push_back(std::move(result));
    }
    stage_.tear_down(result_);
    result_.duration_ms = watch.ms();
    return std::move(result_);
  }

 private:
  std::optional<Error> set_up() {
    if (suite_.opening == Suite::Opening::bare || nothing_will_run()) return std::nullopt;
    auto made = stage_.make_account(suite_.max_bots);
    return made ? std::nullopt : std::optional<Error>(std::move(made).error());
  }

  bool nothing_will_run() const {
    return std::all_of(suite_.checks.begin(), suite_.checks.end(), [this](const Check& check) {
      return !verdicts_.unmet(check.needs).empty();
    });
  }

  CheckResult verdict_on(const Check& check, const std::optional<Error>& trouble) {
    CheckResult result{.id = check.id,
                       .title = check.title,
                       .promise = check.promise,
                       .started_at = SystemClock().now_ms()};
    const Stopwatch watch;
    auto outcome = outcome_of(check, trouble);
    result.duration_ms = watch.ms();
    if (outcome.status == CheckStatus::failed && run_.options.cancel.stop_requested()) {
      outcome.status = CheckStatus::skipped;
      outcome.reason = "interrupted";
    }
    // Without an answer that was seen, what failed is something else.
    if (outcome.status == CheckStatus::failed && !outcome.observed.empty()) {
      outcome.reason += pointer_to_defect(run_.dialect.generation, check.id);
    }
    result.status = outcome.status;
    result.reason = run_.secrets.text(std::move(outcome.reason));
    result.expected = run_.secrets.text(std::move(outcome.expected));
    result.observed = run_.secrets.text(std::move(outcome.observed));
    result.details = without_secrets(std::move(outcome.details));
    stage_.recorder().move_into(result);
    return result;
  }

  types::Json without_secrets(types::Json details) const {
    if (details.is_null()) return details;
    const auto text = types::dump(details);
    auto clean = run_.secrets.text(text);
    if (clean == text) return details;
    auto parsed = types::parse(clean);
    return parsed ? std::move(*parsed) : types::Json(std::move(clean));
  }

  Outcome outcome_of(const Check& check, const std::optional<Error>& trouble) {
    if (run_.options.cancel.stop_requested()) return skipped("interrupted");
    const auto failure = verdicts_.first_failure();
    if (run_.options.fail_fast && !failure.empty()) {
      return skipped("not run: " + failure + " failed and --fail-fast was given");
    }
    if (const auto need = verdicts_.unmet(check.needs); !need.empty()) {
      return skipped("needs " + need);
    }
    if (trouble) return set_up_failed(check, *trouble);
    try {
      return check.run(stage_);
    } catch (const std::exception& fault) {
      Evidence evidence;
      evidence.that(false, "an answer that can be examined", fault.what());
      return std::move(evidence).outcome();
    }
  }

  // Users are the business of suite 1: where it found them broken, it alone has failed.
  Outcome set_up_failed(const Check& check, const Error& trouble) {
    if (const auto need = verdicts_.unmet({"1.1", "1.2"}); !need.empty()) {
      return skipped("needs " + need);
    }
    const auto& first = suite_.checks.front().id;
    if (check.id != first) return skipped("needs " + first);
    Evidence evidence;
    evidence.missing(trouble, "a user to work as");
    return std::move(evidence).outcome();
  }

  Run& run_;
  Verdicts& verdicts_;
  const Suite& suite_;
  Stage stage_;
  SuiteResult result_;
};

class Schedule {
 public:
  Schedule(Run& run, const std::vector<Suite>& suites, int round)
      : run_(run), suites_(suites), round_(round), results_(suites.size()) {
    for (const auto& suite : suites)
      waiting_.insert(suite.number);
  }

  std::vector<SuiteResult> finish() {
    std::vector<std::jthread> threads;
    const auto workers = std::min(side_by_side, suites_.size());
    for (std::size_t i = 1; i < workers; ++i)
      threads.emplace_back([this] { work(); });
    work();
    threads.clear();
    return std::move(results_);
  }

 private:
  void work() {
    std::unique_lock lock(mutex_);
    while (!waiting_.empty()) {
      const auto next = ready();
      if (!next) {
        changed_.wait(lock);
        continue;
      }
      const auto& suite = suites_[*next];
      waiting_.erase(suite.number);
      running_.insert(suite.number);
      lock.unlock();
      auto result = SuiteRun(run_, verdicts_, suite, round_).finish();
      tell(result);
      lock.lock();
      results_[*next] = std::move(result);
      running_.erase(suite.number);
      changed_.notify_all();
    }
    changed_.notify_all();
  }

  // The index of a suite that may start now. Caller holds the mutex.
  std::optional<std::size_t> ready() const {
    for (std::size_t i = 0; i < suites_.size(); ++i) {
      if (waiting_.contains(suites_[i].number) && may_start(suites_[i])) return i;
    }
    return std::nullopt;
  }

  bool may_start(const Suite& suite) const {
    if (suite.company == Suite::Company::alone && (!running_.empty() || others_wait())) {
      return false;
    }
    // Users come first: each suite works as one.
    if (suite.number != 1 && unfinished(1)) return false;
    for (const auto& check : suite.checks) {
      for (const auto& need : check.needs) {
        const int other = suite_of(need);
        if (other != suite.number && unfinished(other)) return false;
      }
    }
    return std::none_of(suites_.begin(), suites_.end(), [this](const Suite& other) {
      return other.company == Suite::Company::alone && running_.contains(other.number);
    });
  }

  bool unfinished(int number) const {
    return waiting_.contains(number) || running_.contains(number);
  }

  bool others_wait() const {
    return std::any_of(suites_.begin(), suites_.end(), [this](const Suite& suite) {
      return suite.company == Suite::Company::any && waiting_.contains(suite.number);
    });
  }

  void tell(const SuiteResult& result) {
    if (!run_.options.progress.suite_finished) return;
    const std::lock_guard lock(run_.progress_mutex);
    run_.options.progress.suite_finished(result);
  }

  Run& run_;
  const std::vector<Suite>& suites_;
  int round_;
  Verdicts verdicts_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<int> waiting_;
  std::set<int> running_;
  std::vector<SuiteResult> results_;
};

}  // namespace

std::vector<SuiteResult> run_suites(Run& run, const std::vector<Suite>& suites, int round) {
  return Schedule(run, suites, round).finish();
}

}  // namespace bot::suites
