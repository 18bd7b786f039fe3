#include "server/app/private_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "base/ids.hpp"

namespace bot::app {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) close(number_);
  }
  int get() const { return number_; }

 private:
  int number_;
};

std::string reason() {
  return std::generic_category().message(errno);
}

Error cannot(const std::string& verb, const std::string& path) {
  return {.code = errno == ENOENT ? Errc::not_found : Errc::forbidden,
          .message = "cannot " + verb + " " + path + ": " + reason()};
}

Status write_all(int descriptor, const std::string& content, const std::string& path) {
  std::size_t done = 0;
  while (done < content.size()) {
    const auto wrote = write(descriptor, content.data() + done, content.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return cannot("write", path);
    done += static_cast<std::size_t>(wrote);
  }
  if (fsync(descriptor) != 0) return cannot("write", path);
  return Unit{};
}

}  // namespace

Result<std::string> read_private_file(const std::string& path, Readers readers) {
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return cannot("read", path);
  struct stat facts {};
  if (fstat(file.get(), &facts) != 0) return cannot("read", path);
  const bool shared = readers == Readers::owner_or_roots_group && facts.st_uid == 0;
  const auto others = shared ? S_IWGRP | S_IXGRP | S_IRWXO : S_IRWXG | S_IRWXO;
  if ((facts.st_mode & static_cast<mode_t>(others)) != 0) {
    return Error{.code = Errc::forbidden,
                 .message = path + " holds a secret and others may read it",
                 .hint = "run: chmod 600 " + path};
  }
  std::string content;
  std::array<char, 4096> buffer{};
  for (;;) {
    const auto got = read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot("read", path);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

Status write_private_file(const std::string& path, const std::string& content) {
  const auto fresh = path + "." + random_hex(8);
  {
    const Descriptor file(open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (file.get() < 0) return cannot("write", path);
    if (auto wrote = write_all(file.get(), content, path); !wrote) {
      unlink(fresh.c_str());
      return wrote;
    }
  }
  if (rename(fresh.c_str(), path.c_str()) != 0) {
    auto error = cannot("write", path);
    unlink(fresh.c_str());
    return error;
  }
  return Unit{};
}

Status make_private_directory(const std::string& path) {
  std::error_code failure;
  const std::filesystem::path directory(path);
  if (std::filesystem::is_directory(directory, failure)) {
    if (access(path.c_str(), W_OK | X_OK) == 0) return Unit{};
    return cannot("write into", path);
  }
  if (directory.has_parent_path()) {
    std::filesystem::create_directories(directory.parent_path(), failure);
    if (failure) {
      return Error{.code = Errc::forbidden,
                   .message = "cannot make " + directory.parent_path().string() + ": " +
                              std::generic_category().message(failure.value())};
    }
  }
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot("make", path);
  return Unit{};
}

}  // namespace bot::app
