// A private podman with its Docker-compatible API on a socket of its own: images and containers in
// a temporary directory, no network of its own, nothing left behind.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace bot::e2e {

class Podman {
 public:
  // Empty when podman, runc and busybox are there; else what is missing.
  static std::string missing();

  Podman();
  // Ends the containers and the service.
  ~Podman();
  Podman(const Podman&) = delete;
  Podman& operator=(const Podman&) = delete;

  std::string socket() const { return folder_ + "/podman.sock"; }

  // The service; containers outlive it. Returns when it answers.
  void start();
  void stop();

  // An image of busybox, whose entrypoint is /bin/sh with this script.
  void make_image(const std::string& name, const std::string& script);
  // The same with a program and the libraries that it needs; its script starts it.
  void make_image_with(const std::string& name,
                       const std::string& program,
                       const std::string& script);
  // `podman ARGUMENTS…`; its output, empty when it failed.
  std::string run(const std::vector<std::string>& arguments) const;
  std::string logs(const std::string& container) const { return run({"logs", container}); }

 private:
  std::vector<std::string> command() const;
  void import_image(const std::string& name, const std::string& directory) const;

  std::string folder_;
  pid_t service_ = -1;
};

}  // namespace bot::e2e
