#pragma once

#include <semaphore.h>

#include <cerrno>

namespace bot::store {

// Raised once by one thread, awaited by another, which may destroy it at once. A POSIX semaphore:
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

 private:
  sem_t semaphore_;
};

}  // namespace bot::store
