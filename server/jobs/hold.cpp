#include "server/jobs/hold.hpp"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

namespace bot::jobs {
namespace {

namespace fs = std::filesystem;

void hold(const std::string& folder, const std::string& name) {
  const auto wanted = folder + "/hold." + name;
  std::error_code none;
  if (!fs::exists(wanted, none)) return;
  std::ofstream(folder + "/held." + name).put('\n');
  while (fs::exists(wanted, none))
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
}

}  // namespace

void hold_after_effect(std::string_view job_id) {
  const char* const folder = std::getenv("BOTD_TEST_SIGNALS");
  if (folder == nullptr) return;
  hold(folder, std::to_string(::getpid()));
  hold(folder, std::string(job_id));
}

}  // namespace bot::jobs
