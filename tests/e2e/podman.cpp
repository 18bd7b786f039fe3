#include "tests/e2e/podman.hpp"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace bot::e2e {

namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

bool is_installed(const std::string& program) {
  static constexpr std::array<const char*, 4> folders = {
      "/usr/bin/", "/usr/sbin/", "/bin/", "/sbin/"};
  return std::any_of(folders.begin(), folders.end(), [&program](const std::string& folder) {
    return ::access((folder + program).c_str(), X_OK) == 0;
  });
}

// With `output`, what it writes goes there; -1: nowhere.
pid_t spawn(Words words, const std::string& configuration, int output) {
  std::vector<char*> argv;
  for (auto& word : words)
    argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setenv("CONTAINERS_CONF", configuration.c_str(), 1);
  ::setenv("PATH", "/usr/sbin:/usr/bin:/sbin:/bin", 1);
  const int nothing = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(output < 0 ? nothing : output, STDOUT_FILENO);
  ::dup2(nothing, STDERR_FILENO);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

std::string output_of(const Words& words, const std::string& configuration) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const pid_t child = spawn(words, configuration, ends[1]);
  ::close(ends[1]);
  std::string text;
  std::array<char, 4096> chunk{};
  for (;;) {
    const auto got = ::read(ends[0], chunk.data(), chunk.size());
    if (got <= 0) break;
    text.append(chunk.data(), static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? text : "";
}

void make_root(const std::string& directory, const std::string& script) {
  fs::create_directories(directory + "/bin");
  fs::create_directories(directory + "/tmp");
  fs::copy_file("/bin/busybox", directory + "/bin/busybox");
  for (const auto* applet : {"sh", "sed", "sleep", "wget", "echo"})
    fs::create_symlink("busybox", directory + "/bin/" + applet);
  std::ofstream(directory + "/bin/bot.sh") << script;
}

// The program itself goes into /bin, what ldd lists goes where it is.
void copy_with_libraries(const std::string& program, const std::string& directory) {
  const auto copy = [&directory](const std::string& from, const std::string& to) {
    fs::create_directories(fs::path(directory + to).parent_path());
    fs::copy_file(from, directory + to, fs::copy_options::overwrite_existing);
  };
  const auto name = fs::path(program).filename().string();
  copy(program, name.find(".so") == std::string::npos ? "/bin/" + name : program);
  std::istringstream words(output_of({"ldd", program}, ""));
  for (std::string word; words >> word;) {
    if (word.starts_with('/') && fs::exists(word)) copy(word, word);
  }
}

// More than the bots of the tests need, and not more than a container may be given here.
std::string modest_limit(__rlimit_resource resource) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  const auto most = std::to_string(std::min<rlim_t>(limit.rlim_max, 4096));
  return most + ":" + most;
}

}  // namespace

std::string Podman::missing() {
  for (const auto* program : {"podman", "runc", "busybox"}) {
    if (!is_installed(program)) return std::string(program) + " is not installed";
  }
  return ::geteuid() == 0 ? "" : "podman with runc and cgroupfs needs root";
}

Podman::Podman() {
  auto pattern = (fs::temp_directory_path() / "botd-podman-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary directory");
  folder_ = pattern;
  // Without CAP_SYS_RESOURCE podman's own limits could not be set.
  std::ofstream(folder_ + "/containers.conf")
      << "[containers]\ndefault_ulimits = [\"nofile=" << modest_limit(RLIMIT_NOFILE)
      << "\", \"nproc=" << modest_limit(RLIMIT_NPROC) << "\"]\n";
  start();
}

Podman::~Podman() {
  (void)run({"rm", "--all", "--force", "--time", "0"});
  stop();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

Words Podman::command() const {
  return {"podman",
          "--root",
          folder_ + "/root",
          "--runroot",
          folder_ + "/runroot",
          "--tmpdir",
          folder_ + "/tmp",
          "--storage-driver",
          "vfs",
          "--cgroup-manager",
          "cgroupfs",
          "--runtime",
          "runc",
          "--events-backend",
          "file"};
}

std::string Podman::run(const Words& arguments) const {
  auto words = command();
  words.insert(words.end(), arguments.begin(), arguments.end());
  return output_of(words, folder_ + "/containers.conf");
}

void Podman::start() {
  auto words = command();
  for (const auto& word : {std::string("system"),
                           std::string("service"),
                           std::string("--time=0"),
                           "unix://" + socket()})
    words.push_back(word);
  service_ = spawn(words, folder_ + "/containers.conf", -1);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (!fs::exists(socket())) {
    if (std::chrono::steady_clock::now() > deadline) throw std::runtime_error("podman is silent");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

void Podman::stop() {
  if (service_ < 0) return;
  ::kill(service_, SIGKILL);
  ::waitpid(service_, nullptr, 0);
  service_ = -1;
  std::error_code ignored;
  fs::remove(socket(), ignored);
}

void Podman::make_image(const std::string& name, const std::string& script) {
  const auto directory = folder_ + "/image";
  make_root(directory, script);
  import_image(name, directory);
}

void Podman::make_image_with(const std::string& name,
                             const std::string& program,
                             const std::string& script) {
  const auto directory = folder_ + "/image";
  make_root(directory, script);
  copy_with_libraries(program, directory);
  // It is loaded when it is needed, so that no program is linked with it.
  for (const auto* folder : {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"}) {
    const auto library = std::string(folder) + "/libcurl.so.4";
    if (fs::exists(library)) copy_with_libraries(library, directory);
  }
  import_image(name, directory);
}

void Podman::import_image(const std::string& name, const std::string& directory) const {
  const auto archive = folder_ + "/image.tar";
  (void)output_of({"tar", "-C", directory, "-cf", archive, "."}, "");
  const auto imported = run(
      {"import", "--quiet", "--change", R"(ENTRYPOINT ["/bin/sh","/bin/bot.sh"])", archive, name});
  fs::remove(archive);
  fs::remove_all(directory);
  if (imported.empty()) throw std::runtime_error("podman cannot import " + name);
}

}  // namespace bot::e2e
