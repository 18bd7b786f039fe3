#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "server/app/config.hpp"

namespace bot::app {

// The server's own directory: database, keys and the files `endpoint` and `endpoint.pem`, by which
// a botctl on the same machine finds server and key and knows the certificate. One server at a time
// holds it.
class DataDir {
 public:
  // Makes it when it is not there (0700). Errors: conflict when another server holds it.
  static Result<DataDir> open(const std::string& path);

  DataDir(DataDir&& other) noexcept;
  DataDir& operator=(DataDir&&) = delete;
  ~DataDir();

  std::string database_path() const { return path_ + "/botd.db"; }

  // The content of the file `name`, made of 48 random characters when it is not there (0600).
  Result<std::string> secret(const std::string& name) const;

  // Tells where this server listens and, unless it is empty, the certificate chain (PEM) that is
  // shown there. The files go with this object.
  Status announce(const std::string& url, const std::string& chain = {});

  // Where bots of earlier runs with TLS may call; nullopt when there are none.
  std::optional<std::uint16_t> callback_port() const;
  Status keep_callback_port(std::uint16_t port) const;
  void forget_callback_port() const;

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
  bool announced_ = false;
};

}  // namespace bot::app
