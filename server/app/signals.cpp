#include "server/app/signals.hpp"

#include <poll.h>
#include <pthread.h>
#include <unistd.h>

#include <string>
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

void end_after(Millis limit, int status) {
  std::thread([limit, status] {
    std::this_thread::sleep_for(limit);
    const auto words = "botd: the end did not come within " + format_duration(limit) +
                       "; the rest is left to the next start\n";
    pollfd error{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    // Who does not read it is not waited for either.
    if (::poll(&error, 1, 0) == 1) (void)!::write(error.fd, words.data(), words.size());
    _exit(status);
  }).detach();
}

}  // namespace bot::app
