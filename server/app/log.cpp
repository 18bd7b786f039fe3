#include "server/app/log.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/time_format.hpp"
#include "base/unicode.hpp"
#include "client/types/json.hpp"

namespace bot::app {
namespace {

spdlog::level::level_enum spdlog_level(Log::Level level) {
  switch (level) {
    case Log::Level::debug:
      return spdlog::level::debug;
    case Log::Level::info:
      return spdlog::level::info;
    case Log::Level::warning:
      return spdlog::level::warn;
    case Log::Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view name_of_level(Log::Level level) {
  switch (level) {
    case Log::Level::debug:
      return "debug";
    case Log::Level::info:
      return "info";
    case Log::Level::warning:
      return "warning";
    case Log::Level::error:
      return "error";
  }
  return "info";
}

}  // namespace

class Log::Sink {
 public:
  Sink(LogFormat format, const std::string& level)
      : json_(format == LogFormat::json ||
              (format == LogFormat::automatic && isatty(STDERR_FILENO) == 0)) {
    if (json_) {
      logger_ = std::make_shared<spdlog::logger>("botd",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
      logger_->set_pattern("%v");
    } else {
      logger_ = std::make_shared<spdlog::logger>(
          "botd", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
      logger_->set_pattern("%H:%M:%S.%e %^%l%$ %v");
    }
    logger_->set_level(spdlog::level::from_str(level));
    logger_->flush_on(spdlog::level::info);
  }

  void write(Level level, std::string_view message, Fields fields) {
    const auto chosen = spdlog_level(level);
    if (!logger_->should_log(chosen)) return;
    logger_->log(chosen, "{}", json_ ? as_json(level, message, fields) : as_text(message, fields));
  }

  void flush() { logger_->flush(); }

 private:
  static std::string as_json(Level level, std::string_view message, Fields fields) {
    types::Json line{{"ts", format_time(SystemClock().now_ms())},
                     {"level", name_of_level(level)},
                     {"message", message}};
    for (const auto& [name, value] : fields)
      line[std::string(name)] = value;
    return types::dump(line);
  }

  static std::string as_text(std::string_view message, Fields fields) {
    std::string line(message);
    for (const auto& [name, value] : fields) {
      line += " ";
      line += name;
      line += "=" + escape_for_terminal(value);
    }
    return line;
  }

  const bool json_;
  std::shared_ptr<spdlog::logger> logger_;
};

Log::Log(LogFormat format, const std::string& level)
    : sink_(std::make_unique<Sink>(format, level)) {}

Log::~Log() = default;

void Log::write(Level level, std::string_view message, Fields fields) {
  sink_->write(level, message, fields);
}

void Log::access(const http::AccessRecord& record) {
  const auto who = record.principal.admin          ? std::string("admin")
                   : record.principal.user_id != 0 ? std::to_string(record.principal.user_id)
                                                   : std::string("-");
  write(record.status >= 500 ? Level::error : Level::info,
        "request",
        {{"method", record.method},
         {"target", record.target},
         {"status", std::to_string(record.status)},
         {"duration_us", std::to_string(record.duration.count())},
         {"user", who},
         {"peer", record.peer_address},
         {"request_id", record.request_id}});
}

void Log::flush() {
  sink_->flush();
}

}  // namespace bot::app
