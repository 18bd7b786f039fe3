#include "cli/key_source.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/text.hpp"

namespace bot::cli {
namespace {

constexpr std::size_t longest_key = 4096;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { close(); }

  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(number_);
    number_ = -1;
  }

 private:
  int number_;
};

Error wrong(std::string message, std::string hint = {}) {
  return Error{
      .code = Errc::invalid_argument, .message = std::move(message), .hint = std::move(hint)};
}

std::string reason() {
  return std::strerror(errno);
}

// At most longest_key + 1 bytes, so that too much is seen as too much.
Result<std::string> read_all(int descriptor, const std::string& name) {
  std::string text;
  std::array<char, 1024> buffer;
  while (text.size() <= longest_key) {
    const auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return wrong(name + " cannot be read: " + reason());
    if (got == 0) break;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
  return text;
}

// A key travels in a header: one word of printable ASCII.
Result<std::string> checked(const std::string& text, const std::string& name) {
  std::string key(trim(text));
  if (key.empty()) return wrong("the key from " + name + " is empty");
  const bool printable =
      std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (!printable || key.size() > longest_key) {
    return wrong("the key from " + name + " is not a key: it must be one line of printable ASCII");
  }
  return key;
}

Error command_failed(const std::string& name, const std::string& how) {
  return Error{.code = Errc::unauthenticated,
               .message = "the key command of " + name + ' ' + how,
               .hint = "run the command by hand, or set the key in the environment"};
}

Result<std::string> run_command(const std::vector<std::string>& argv, const std::string& name) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return command_failed(name, "got no pipe: " + reason());
  Descriptor reading(ends[0]);
  Descriptor writing(ends[1]);
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, writing.number(), STDOUT_FILENO);
  std::vector<std::string> copies = argv;
  std::vector<char*> pointers;
  for (auto& copy : copies)
    pointers.push_back(copy.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  const int failed =
      ::posix_spawnp(&child, pointers[0], &actions, nullptr, pointers.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) {
    return command_failed(name, "('" + argv[0] + "') cannot be run: " + std::strerror(failed));
  }
  writing.close();
  auto text = read_all(reading.number(), name);
  reading.close();
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    return command_failed(name, "('" + argv[0] + "') failed");
  }
  return text;
}

}  // namespace

Result<std::string> read_private_file(const std::filesystem::path& path, const std::string& name) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const std::string shown = name + " (" + path.string() + ")";
  if (file.number() < 0) return wrong(shown + " cannot be read: " + reason());
  struct stat facts {};
  if (::fstat(file.number(), &facts) != 0) return wrong(shown + " cannot be read: " + reason());
  if (S_ISREG(facts.st_mode) && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return wrong(shown + " can be read by others", "run `chmod 600 " + path.string() + "`");
  }
  return read_all(file.number(), shown);
}

Result<std::string> read_key(const KeySource& source) {
  if (const auto* value = std::get_if<KeyValue>(&source.from)) {
    return checked(value->value, source.name);
  }
  Result<std::string> text = std::string();
  if (const auto* file = std::get_if<KeyFile>(&source.from)) {
    text = read_private_file(file->path, source.name);
  } else if (const auto* command = std::get_if<KeyCommand>(&source.from)) {
    text = run_command(command->argv, source.name);
  }
  if (!text) return text;
  return checked(*text, source.name);
}

Status write_private_file(const std::filesystem::path& path, const std::string& text) {
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (file.number() < 0) {
    return wrong(path.string() + " cannot be made: " + reason(),
                 errno == EEXIST ? "choose another name, or remove the file first" : "");
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto wrote = ::write(file.number(), rest.data(), rest.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return wrong(path.string() + " cannot be written: " + reason());
    rest.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return Unit{};
}

}  // namespace bot::cli
