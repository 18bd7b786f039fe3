#pragma once

#include <semaphore.h>

#include <cerrno>
#include <ctime>

#include "base/duration.hpp"

namespace bot::store {

// Raised once by one thread, awaited by another. A POSIX semaphore:
// std::atomic's wait yields the processor several times before it sleeps, which costs more than the
// commit when dozens of threads wait for it.
class Signal {
 public:
  Signal() { sem_init(&semaphore_, 0, 0); }
  ~Signal() { sem_destroy(&semaphore_); }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void raise() { sem_post(&semaphore_); }
  void wait() {
    while (sem_wait(&semaphore_) != 0 && errno == EINTR) {
    }
  }
  // False when it was not raised in that time.
  bool wait_for(Millis limit) {
    constexpr long long nanoseconds_a_second = 1'000'000'000;
    timespec until{};
    clock_gettime(CLOCK_MONOTONIC, &until);
    const long long nanoseconds = until.tv_nsec + std::chrono::nanoseconds(limit).count();
    until.tv_sec += nanoseconds / nanoseconds_a_second;
    until.tv_nsec = nanoseconds % nanoseconds_a_second;
    while (sem_clockwait(&semaphore_, CLOCK_MONOTONIC, &until) != 0) {
      if (errno != EINTR) return false;
    }
    return true;
  }

 private:
  sem_t semaphore_;
};

}  // namespace bot::store
