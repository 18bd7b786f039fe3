#include "cli/crash_report.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/ids.hpp"
#include "base/time_format.hpp"

namespace bot::cli {

Error report_crash(const World& world, const std::string& command, const std::string& what) {
  Error error{.code = Errc::internal,
              .message = "botctl has a bug: " + what,
              .hint = "please report it with the command line that you used"};
  const auto home = world.environment.state_home();
  if (home.empty()) return error;
  const auto folder = home / "botctl";
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  const auto path = folder / ("crash-" + random_hex(8) + ".txt");
  std::ofstream file(path);
  file << "botctl " << BOTCTL_VERSION << '\n'
       << "time: " << format_time(world.clock.now_ms()) << '\n'
       << "command: " << command << '\n'
       << "fault: " << what << '\n';
  file.flush();
  if (file) error.hint = "please report it with " + path.string();
  return error;
}

}  // namespace bot::cli
