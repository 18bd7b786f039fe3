// Processes that a test starts, and what it needs beside them. Nothing is left behind: what was
// started is ended by pid, and directories are removed.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/duration.hpp"

namespace bot::e2e {

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

inline constexpr Millis usual_patience{15'000};

// True as soon as the condition holds; false when it does not within that time.
bool eventually(const std::function<bool()>& condition, Millis patience = usual_patience);

class TempDir {
 public:
  TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir();

  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& content);

// One run of a program to its end.
struct Outcome {
  int code = -1;  // negative: the signal that ended it
  std::string out;
  std::string err;
};

enum class Privilege { kept, without_file_override };

// The environment is `variables` and PATH, nothing else. Killed when it takes longer than the usual
// patience. without_file_override: file modes count even for root.
Outcome run(const std::string& program,
            const Words& words,
            const Variables& variables = {},
            Privilege privilege = Privilege::kept);

// Processes (no zombies) whose parent this is.
std::vector<pid_t> children_of(pid_t parent);
bool is_running(pid_t pid);

// The descriptors are those of the two outputs; the input is empty. Whoever starts it reaps it.
pid_t spawn(const std::string& program,
            Words words,
            const Variables& variables,
            std::pair<int, int> outputs,
            Privilege privilege = Privilege::kept);
// The exit code or the negative signal; nullopt while it goes on.
std::optional<int> reap(pid_t pid);
// Descriptor of a file that only its owner can read, for the end of it.
int private_log(const std::string& path);

// Those that have an owner in this test, by which they are ended.
std::set<pid_t>& started_processes();
// Processes that lose their parent come to the test itself.
void adopt_orphans();
// Kills the children of the test that have no owner.
void end_orphans();

}  // namespace bot::e2e
