#include "server/app/serve.hpp"

#include <pthread.h>
#include <sys/resource.h>
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

// Each connection, bot and database file is a descriptor; the usual soft limit of 1024 is for
// programs that still call select.
void raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
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
  raise_descriptor_limit();
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
