#include "server/app/data_dir.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/ids.hpp"
#include "base/text.hpp"
#include "server/app/private_file.hpp"

namespace bot::app {
namespace {

constexpr std::size_t secret_length = 48;

}  // namespace

Result<DataDir> DataDir::open(const std::string& path) {
  if (auto made = make_private_directory(path); !made) {
    auto error = std::move(made).error();
    error.hint = "choose another with --data-dir";
    return error;
  }
  const auto lock_path = path + "/lock";
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) {
    return Error{
        .code = Errc::forbidden,
        .message = "cannot write " + lock_path + ": " + std::generic_category().message(errno),
        .hint = "choose another with --data-dir"};
  }
  if (flock(lock, LOCK_EX | LOCK_NB) != 0) {
    close(lock);
    return Error{.code = Errc::conflict,
                 .message = "another botd serves from " + path,
                 .hint = "stop it, or choose another directory with --data-dir"};
  }
  return DataDir(path, lock);
}

DataDir::DataDir(DataDir&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      announced_(std::exchange(other.announced_, false)) {}

DataDir::~DataDir() {
  if (announced_) {
    unlink((path_ + "/endpoint").c_str());
    unlink((path_ + "/endpoint.pem").c_str());
  }
  if (lock_ >= 0) close(lock_);
}

Result<std::string> DataDir::secret(const std::string& name) const {
  const auto file = path_ + "/" + name;
  auto held = read_private_file(file);
  if (held) {
    const auto text = std::string(trim(*held));
    if (!text.empty()) return text;
    return Error{.code = Errc::invalid_argument,
                 .message = file + " is empty",
                 .hint = "remove it to have a new one made"};
  }
  if (held.error().code != Errc::not_found) return std::move(held).error();
  auto fresh = random_alphanumeric(secret_length);
  if (auto wrote = write_private_file(file, fresh + "\n"); !wrote) {
    return std::move(wrote).error();
  }
  return fresh;
}

Status DataDir::announce(const std::string& url, const std::string& chain) {
  const auto trusted = path_ + "/endpoint.pem";
  if (chain.empty()) {
    unlink(trusted.c_str());  // of a server that was killed
  } else if (auto wrote = write_private_file(trusted, chain); !wrote) {
    return wrote;
  }
  auto wrote = write_private_file(path_ + "/endpoint", url + "\n");
  announced_ = wrote.has_value();
  return wrote;
}

std::optional<std::uint16_t> DataDir::callback_port() const {
  const auto held = read_private_file(path_ + "/callback.port");
  const auto port = held ? parse_int(trim(*held)) : std::nullopt;
  if (!port || *port < 1 || *port > 65'535) return std::nullopt;
  return static_cast<std::uint16_t>(*port);
}

Status DataDir::keep_callback_port(std::uint16_t port) const {
  return write_private_file(path_ + "/callback.port", std::to_string(port) + "\n");
}

void DataDir::forget_callback_port() const {
  unlink((path_ + "/callback.port").c_str());
}

}  // namespace bot::app
