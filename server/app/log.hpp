#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "server/app/config.hpp"
#include "server/http/dispatcher.hpp"

namespace bot::app {

// The server's log on standard error: text on a terminal, one JSON object a line otherwise. Values
// are data: they are escaped in both forms, and callers never pass a secret. Thread-safe.
class Log {
 public:
  enum class Level { debug, info, warning, error };
  using Fields = std::initializer_list<std::pair<std::string_view, std::string>>;
  using Stamp = std::pair<std::string_view, std::string>;

  // `stamp` is a field of every line; none when it has no value.
  Log(LogFormat format, const std::string& level, Stamp stamp = {});
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Fields without a value are left out.
  void write(Level level, std::string_view message, Fields fields = {});
  // For lines that may come by the thousand: seen within a fifth of a second, errors at once.
  void write_later(Level level, std::string_view message, Fields fields = {});
  // One answered request; 5xx as an error, everything else at info.
  void access(const http::AccessRecord& record);
  void flush();

 private:
  class Sink;
  std::unique_ptr<Sink> sink_;
};

}  // namespace bot::app
