// Starts programs again and again and measures each start: wall time from fork to exit, and the
// largest resident set. A small C++ program, because Linux counts what the forking process held
// until its exec towards the child: under an interpreter every child would seem to need 10 MiB.
//
//   spawn_time RUNS -- PROGRAM [ARGUMENT…] -- PROGRAM [ARGUMENT…] …
//
// The commands take turns, so that a change of the machine's load meets all of them. Output goes to
// /dev/null. Prints a JSON array with one object a command.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Command {
  std::vector<char*> argv;
  std::vector<double> milliseconds;
  std::vector<double> cpu_milliseconds;
  long resident_kib = 0;
  int failed = 0;
};

double milliseconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

[[noreturn]] void become(const Command& command) {
  const int null = ::open("/dev/null", O_RDWR);
  for (int stream = 0; stream <= 2; ++stream)
    ::dup2(null, stream);
  ::execv(command.argv.front(), command.argv.data());
  ::_exit(127);
}

void run_once(Command& command) {
  const auto begun = Clock::now();
  const pid_t child = ::fork();
  if (child == 0) become(command);
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  const std::chrono::duration<double, std::milli> took = Clock::now() - begun;
  command.milliseconds.push_back(took.count());
  command.cpu_milliseconds.push_back(milliseconds_of(usage.ru_utime) +
                                     milliseconds_of(usage.ru_stime));
  command.resident_kib = std::max(command.resident_kib, usage.ru_maxrss);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) ++command.failed;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::vector<Command> commands_of(char** first, char** last) {
  std::vector<Command> commands;
  for (; first != last; ++first) {
    if (std::string_view(*first) == "--") {
      commands.emplace_back();
    } else if (!commands.empty()) {
      commands.back().argv.push_back(*first);
    }
  }
  for (auto& command : commands)
    command.argv.push_back(nullptr);
  return commands;
}

}  // namespace

int main(int argc, char** argv) {
  const int runs = argc > 1 ? std::atoi(argv[1]) : 0;
  auto commands = runs > 0 ? commands_of(argv + 2, argv + argc) : std::vector<Command>{};
  if (commands.empty()) {
    std::fputs("usage: spawn_time RUNS -- PROGRAM [ARGUMENT…] [-- PROGRAM …]\n", stderr);
    return 2;
  }
  for (int run = 0; run < runs; ++run) {
    for (auto& command : commands)
      run_once(command);
  }
  const char* separator = "[";
  for (const auto& command : commands) {
    std::printf("%s{\"ms\":%.3f,\"cpu_ms\":%.3f,\"rss_kib\":%ld,\"failed\":%d}",
                separator,
                median(command.milliseconds),
                median(command.cpu_milliseconds),
                command.resident_kib,
                command.failed);
    separator = ",";
  }
  std::puts("]");
}
