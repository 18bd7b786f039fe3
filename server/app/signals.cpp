#include "server/app/signals.hpp"

#include <pthread.h>
#include <unistd.h>

#include <thread>

namespace bot::app {

sigset_t block_signals(std::initializer_list<int> numbers) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int number : numbers)
    sigaddset(&signals, number);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

void end_at_second_signal(const sigset_t& ending) {
  std::thread([ending] {
    int number = 0;
    sigwait(&ending, &number);
    _exit(128 + number);
  }).detach();
}

}  // namespace bot::app
