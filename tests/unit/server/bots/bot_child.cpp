// A stand-in for `botd bot`: waits at the gate like every bot, then does what its second argument
// says. Facts about itself go to the file of its third argument.
#include <dirent.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "server/bots/bot_process.hpp"
#include "server/bots/spawn.hpp"

namespace {

int count_descriptors() {
  int count = 0;
  DIR* folder = ::opendir("/proc/self/fd");
  while (folder != nullptr && ::readdir(folder) != nullptr)
    ++count;
  if (folder != nullptr) ::closedir(folder);
  return count - 3;  // ".", ".." and the folder's own
}

void write_facts(const std::string& path) {
  {
    std::ofstream file(path + ".tmp");
    file << "session=" << (::getsid(0) == ::getpid() ? "own" : "inherited") << "\n";
    file << "descriptors=" << count_descriptors() - 1 << "\n";
    for (char** entry = environ; *entry != nullptr; ++entry)
      file << *entry << "\n";
  }
  std::filesystem::rename(path + ".tmp", path);
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv, argv + argc);
  if (arguments.size() < 3) return 2;
  if (arguments[2] == "real") return bot::bots::run_bot_process();
  if (!bot::bots::wait_at_gate()) return 0;
  if (arguments.size() > 3) write_facts(arguments[3]);
  if (arguments[2] == "exit7") return 7;
  if (arguments[2] == "stubborn") ::signal(SIGTERM, SIG_IGN);
  if (arguments[2] == "stubborn" && arguments.size() > 4) write_facts(arguments[4]);
  for (;;)
    ::pause();
}
