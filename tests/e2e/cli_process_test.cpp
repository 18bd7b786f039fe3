// What only the real program can show: signals, broken pipes, full disks, terminals.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

namespace bot::cli {
namespace {

constexpr const char* program = BOTCTL_BIN_DIR "/botctl";
// Nothing listens on it: connections are refused at once.
constexpr const char* nowhere = "--server=http://127.0.0.1:1";

[[noreturn]] void become(const std::vector<std::string>& words) {
  std::vector<std::string> copies = words;
  copies.insert(copies.begin(), program);
  std::vector<char*> argv;
  for (auto& copy : copies)
    argv.push_back(copy.data());
  argv.push_back(nullptr);
  ::execv(program, argv.data());
  ::_exit(127);
}

int exit_code_of(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

// With descriptors in place of the standard ones; -1 leaves one as it is.
pid_t start(const std::vector<std::string>& words, int out, int err) {
  const pid_t child = ::fork();
  if (child == 0) {
    if (out >= 0) ::dup2(out, STDOUT_FILENO);
    if (err >= 0) ::dup2(err, STDERR_FILENO);
    become(words);
  }
  return child;
}

// Up to the text or the end; waits at most ten seconds.
std::string read_until(int descriptor, const std::string& wanted) {
  std::string text;
  std::array<char, 512> buffer{};
  pollfd ready{.fd = descriptor, .events = POLLIN, .revents = 0};
  while (wanted.empty() || text.find(wanted) == std::string::npos) {
    if (::poll(&ready, 1, 10'000) <= 0) break;
    const auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got <= 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  ~Pipe() {
    for (const int end : ends)
      ::close(end);
  }

  std::array<int, 2> ends{-1, -1};
};

TEST(Process, EndsQuietlyWhenNobodyReads) {
  Pipe out;
  Pipe err;
  ::close(out.ends[0]);

  const auto child = start({"help", "environment"}, out.ends[1], err.ends[1]);

  EXPECT_EQ(exit_code_of(child), 0);
  ::close(err.ends[1]);
  EXPECT_EQ(read_until(err.ends[0], ""), "");
}

TEST(Process, FailsWhenItsOutputCannotBeKept) {
  Pipe err;
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  ASSERT_GE(full, 0);

  const auto child = start({"version"}, full, err.ends[1]);

  EXPECT_EQ(exit_code_of(child), 1);
  EXPECT_NE(read_until(err.ends[0], "\n").find("No space left"), std::string::npos);
  ::close(full);
}

TEST(Process, RunsWithoutStandardStreams) {
  const pid_t child = ::fork();
  if (child == 0) {
    for (const int descriptor : {0, 1, 2})
      ::close(descriptor);
    become({"version"});
  }

  EXPECT_EQ(exit_code_of(child), 0);
}

class Signalled : public testing::TestWithParam<int> {};

TEST_P(Signalled, EndsWithTheCodeOfTheSignal) {
  Pipe err;

  const auto child =
      start({"health", "--wait", "--timeout=1m", "--retries=0", "-v", nowhere}, -1, err.ends[1]);
  EXPECT_NE(read_until(err.ends[0], "GET /health").find("GET /health"), std::string::npos);
  ::kill(child, GetParam());

  EXPECT_EQ(exit_code_of(child), 128 + GetParam());
}

INSTANTIATE_TEST_SUITE_P(All, Signalled, testing::Values(SIGINT, SIGTERM));

TEST(Process, StopsWatchingWhenControlCIsPressed) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    ::setenv("TERM", "xterm", 1);
    become({"status", "--watch", "--retries=0", nowhere});
  }
  EXPECT_NE(read_until(terminal, "unreachable").find("unreachable"), std::string::npos);

  ASSERT_EQ(::write(terminal, "\x03", 1), 1);

  read_until(terminal, "");
  EXPECT_EQ(exit_code_of(child), 130);
  ::close(terminal);
}

std::string on_a_terminal(const char* no_color) {
  int terminal = -1;
  const pid_t child = ::forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    ::setenv("TERM", "xterm", 1);
    if (no_color != nullptr) ::setenv("NO_COLOR", no_color, 1);
    become({"--help"});
  }
  const auto text = read_until(terminal, "");
  EXPECT_EQ(exit_code_of(child), 0);
  ::close(terminal);
  return text;
}

TEST(Process, ColoursTerminalsUnlessToldNotTo) {
  ::unsetenv("NO_COLOR");
  EXPECT_NE(on_a_terminal(nullptr).find("\x1b[1m"), std::string::npos);
  EXPECT_EQ(on_a_terminal("1").find('\x1b'), std::string::npos);
}

TEST(Process, LoadsNoHttpLibraryAtStart) {
  Pipe out;
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(out.ends[1], STDOUT_FILENO);
    ::execlp("ldd", "ldd", program, nullptr);
    ::_exit(127);
  }
  EXPECT_EQ(exit_code_of(child), 0);
  ::close(out.ends[1]);
  out.ends[1] = -1;

  const auto libraries = read_until(out.ends[0], "");

  EXPECT_NE(libraries.find("libc.so"), std::string::npos) << libraries;
  EXPECT_EQ(libraries.find("libcurl"), std::string::npos) << libraries;
  EXPECT_EQ(libraries.find("libtomlplusplus"), std::string::npos) << libraries;
}

}  // namespace
}  // namespace bot::cli
