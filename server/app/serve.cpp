#include "server/app/serve.hpp"

#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "server/app/app.hpp"

namespace bot::app {
namespace {

// Blocked in every thread, so that only sigwait sees them.
sigset_t block_ending_signals() {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return ending;
}

// Whoever asks a second time does not want to wait any longer.
void end_at_second_signal(const sigset_t& ending) {
  std::thread([ending] {
    int number = 0;
    sigwait(&ending, &number);
    _exit(128 + number);
  }).detach();
}

}  // namespace

Status serve(const Config& config) {
  const auto ending = block_ending_signals();
  const SystemClock clock;
  auto app = App::start(config, clock);
  if (!app) return std::move(app).error();
  int number = 0;
  sigwait(&ending, &number);
  end_at_second_signal(ending);
  (*app)->stop();
  return Unit{};
}

}  // namespace bot::app
