#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <ostream>
#include <string>
#include <vector>

#include "cli/app.hpp"
#include "cli/fd_stream.hpp"

namespace {

std::atomic<int> received{0};

// The first signal asks every loop to end and clean up, the second ends the process at once.
extern "C" void on_signal(int number) {
  if (received.exchange(number) != 0) ::_exit(128 + number);
}

// A handler that does nothing, unlike SIG_IGN, is not inherited by programs that we run.
extern "C" void on_broken_pipe(int) {}

void install_handlers() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = on_broken_pipe;
  ::sigaction(SIGPIPE, &action, nullptr);
}

// A closed standard stream would be taken by the next file or socket that is opened.
void open_missing_streams() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) == -1) ::open("/dev/null", O_RDWR);
  }
}

void sleep_for(bot::Millis delay) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(delay);
  const std::chrono::nanoseconds rest = delay - seconds;
  const timespec wait{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
  ::nanosleep(&wait, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  open_missing_streams();
  install_handlers();
  bot::cli::FdBuffer out_buffer(STDOUT_FILENO);
  bot::cli::FdBuffer err_buffer(STDERR_FILENO);
  std::ostream out(&out_buffer);
  std::ostream err(&err_buffer);
  const auto environment = bot::cli::Environment::of_process();
  const bot::SystemClock clock;
  std::error_code no_directory;
  bot::cli::World world{.out = out,
                        .err = err,
                        .in = std::cin,
                        .terminal = bot::cli::terminal_of_process(environment),
                        .environment = environment,
                        .clock = clock,
                        .make_transport = bot::client::make_curl_transport,
                        .open_socket = bot::client::WebSocket::connect,
                        .signal = [] { return received.load(); },
                        .sleep = sleep_for,
                        .output_error = [&] { return out_buffer.error(); },
                        .working_directory = std::filesystem::current_path(no_directory)};
  return bot::cli::run(std::vector<std::string>(argv + 1, argv + argc), world);
}
