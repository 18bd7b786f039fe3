// The two kinds of writes that Database hands to its engine.
#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "drivers/sql.hpp"
#include "server/store/engine.hpp"
#include "server/store/signal.hpp"

namespace bot::store {

// What a write came to, for write_async.
template <typename T>
class Completed {
 public:
  Completed(T value) : value_(std::move(value)) {}
  Completed(std::exception_ptr failure) : failure_(std::move(failure)) {}

  // The value, or throws what write would have thrown.
  T get() && {
    if (failure_) std::rethrow_exception(failure_);
    return *std::move(value_);
  }
  bool failed() const { return failure_ != nullptr; }

 private:
  std::optional<T> value_;
  std::exception_ptr failure_;
};

namespace detail {

template <typename T>
struct IsResult : std::false_type {};
template <typename T>
struct IsResult<Result<T>> : std::true_type {};

// What F returns; void becomes Unit.
template <typename F>
using Answer = std::conditional_t<std::is_void_v<std::invoke_result_t<F&, sql::Connection&>>,
                                  Unit,
                                  std::invoke_result_t<F&, sql::Connection&>>;

template <typename F>
Answer<F> answer_of(F& f, sql::Connection& connection) {
  if constexpr (std::is_void_v<std::invoke_result_t<F&, sql::Connection&>>) {
    f(connection);
    return Unit{};
  } else {
    return f(connection);
  }
}

template <typename T>
WriteTask::Wish wish_of(const T& answer) {
  if constexpr (IsResult<T>::value) {
    return answer.has_value() ? WriteTask::Wish::keep : WriteTask::Wish::roll_back;
  } else {
    return WriteTask::Wish::keep;
  }
}

// How the waiting for a write ended. given_up: it has run and is not durable yet, but may become
// so.
enum class Waited { finished, withdrawn, given_up };

// For writes after which nobody has to be told anything.
struct TellNobody {
  void operator()() const {}
};

// A write whose caller waits, for so long and no longer. `f` and what it refers to are the
// caller's: once the caller has gone, f is neither run nor running. `late` is called instead of the
// caller when what was given up has become durable after all; it must not throw.
template <typename F, typename Late>
class WaitingTask final : public WriteTask {
 public:
  WaitingTask(F& f, Late late) : f_(f), late_(std::move(late)) {}

  Wish run(sql::Connection& connection) override {
    auto expected = Stage::waiting;
    const bool first = stage_.compare_exchange_strong(expected, Stage::running);
    if (!first && expected != Stage::running) return Wish::roll_back;
    const RaiseAtEnd through{ran_};
    answer_.emplace(answer_of(f_, connection));
    wish_ = wish_of(*answer_);
    return wish_;
  }
  void finish(std::exception_ptr failure) noexcept override {
    const bool durable = !failure && wish_ == Wish::keep;
    failure_ = std::move(failure);
    const bool given_up = stage_.exchange(Stage::finished) == Stage::given_up;
    finished_.raise();
    if (given_up && durable) late_();
  }

  // Waits longer than that only while f runs, and then a moment for its commit.
  Waited wait(Millis limit) {
    if (!finished_.wait_for(limit)) {
      auto expected = Stage::waiting;
      if (stage_.compare_exchange_strong(expected, Stage::withdrawn)) return Waited::withdrawn;
      if (expected == Stage::running) {
        ran_.wait();
        if (!finished_.wait_for(commit_grace))
          stage_.compare_exchange_strong(expected, Stage::given_up);
      }
    }
    return stage_.load() == Stage::finished ? Waited::finished : Waited::given_up;
  }
  // REQUIRES: wait said that it is finished.
  Answer<F> take() {
    if (failure_) std::rethrow_exception(failure_);
    return *std::move(answer_);
  }

 private:
  enum class Stage { waiting, running, withdrawn, given_up, finished };
  static constexpr Millis commit_grace{300};
  struct RaiseAtEnd {
    Signal& signal;
    ~RaiseAtEnd() { signal.raise(); }
  };

  F& f_;
  Late late_;
  std::atomic<Stage> stage_{Stage::waiting};
  Wish wish_ = Wish::roll_back;
  std::optional<Answer<F>> answer_;
  std::exception_ptr failure_;
  Signal ran_;
  Signal finished_;
};

// A write that calls back.
template <typename F, typename Callback>
class CallingTask final : public WriteTask {
 public:
  CallingTask(F f, Callback callback) : f_(std::move(f)), callback_(std::move(callback)) {}

  Wish run(sql::Connection& connection) override {
    answer_.emplace(answer_of(f_, connection));
    return wish_of(*answer_);
  }
  void finish(std::exception_ptr failure) noexcept override {
    if (failure) {
      callback_(Completed<Answer<F>>(std::move(failure)));
    } else {
      callback_(Completed<Answer<F>>(*std::move(answer_)));
    }
  }

 private:
  F f_;
  Callback callback_;
  std::optional<Answer<F>> answer_;
};

}  // namespace detail
}  // namespace bot::store
