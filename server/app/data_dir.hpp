#pragma once

#include <string>

#include "base/result.hpp"
#include "server/app/config.hpp"

namespace bot::app {

// The server's own directory: database, keys and the file `endpoint`, by which a botctl on the
// same machine finds server and key. One server at a time holds it.
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

  // Tells where this server listens; the file goes with this object.
  Status announce(const std::string& url);

 private:
  DataDir(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
  bool announced_ = false;
};

}  // namespace bot::app
