#include "server/app/log.hpp"

#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/clock.hpp"
#include "base/time_format.hpp"
#include "base/unicode.hpp"
#include "client/types/text.hpp"
#include "server/http/workers.hpp"

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

// Lines for standard error, kept back until somebody says flush or there are many.
class BufferedSink final : public spdlog::sinks::base_sink<std::mutex> {
 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    lines_.append(line.data(), line.size());
    if (lines_.size() > most_kept) flush_();
  }

  void flush_() override {
    for (std::string_view rest = lines_; !rest.empty();) {
      const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written < 0 && errno != EINTR) break;  // there is nowhere to say so
      if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
    lines_.clear();
  }

  static constexpr std::size_t most_kept = std::size_t{64} * 1024;
  std::string lines_;
};

class Log::Sink {
 public:
  Sink(LogFormat format, const std::string& level, Stamp stamp)
      : stamp_(std::move(stamp)),
        json_(format == LogFormat::json ||
              (format == LogFormat::automatic && isatty(STDERR_FILENO) == 0)),
        logger_(make_logger(json_)) {
    logger_->set_level(spdlog::level::from_str(level));
    flusher_ = http::start_quiet_thread([this] { flush_now_and_then(); });
  }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  ~Sink() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_one();
    flusher_.join();
    flush();
  }

  void write(Level level, std::string_view message, Fields fields) {
    if (put(level, message, fields)) flush();
  }

  // For lines that come by the thousand: written out within flush_interval.
  void write_later(Level level, std::string_view message, Fields fields) {
    if (!put(level, message, fields)) return;
    if (level == Level::error) return flush();
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(waiting_, true)) return;
    }
    changed_.notify_one();
  }

  void flush() { logger_->flush(); }

 private:
  static constexpr std::chrono::milliseconds flush_interval{200};

  static std::shared_ptr<spdlog::logger> make_logger(bool json) {
    if (!json && isatty(STDERR_FILENO) != 0) {
      auto logger = std::make_shared<spdlog::logger>(
          "botd", std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
      logger->set_pattern("%H:%M:%S.%e %^%l%$ %v");
      return logger;
    }
    auto logger = std::make_shared<spdlog::logger>("botd", std::make_shared<BufferedSink>());
    logger->set_pattern(json ? "%v" : "%H:%M:%S.%e %l %v");
    return logger;
  }

  bool put(Level level, std::string_view message, Fields fields) {
    const auto chosen = spdlog_level(level);
    if (!logger_->should_log(chosen)) return false;
    const auto line = json_ ? as_json(level, message, fields) : as_text(message, fields);
    logger_->log(chosen, spdlog::string_view_t(line.data(), line.size()));
    return true;
  }

  void flush_now_and_then() {
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [this] { return ending_ || waiting_; });
      if (changed_.wait_for(lock, flush_interval, [this] { return ending_; })) return;
      waiting_ = false;
      lock.unlock();
      flush();
      lock.lock();
    }
  }

  std::string as_json(Level level, std::string_view message, Fields fields) const {
    std::string line;
    char separator = '{';
    const auto add = [&](std::string_view name, std::string_view value) {
      line += separator;
      types::append_string(line, name);
      line += ':';
      types::append_string(line, value);
      separator = ',';
    };
    add("ts", format_time(SystemClock().now_ms()));
    add("level", name_of_level(level));
    add("message", message);
    if (!stamp_.second.empty()) add(stamp_.first, stamp_.second);
    for (const auto& [name, value] : fields) {
      if (!value.empty()) add(name, value);
    }
    return line + "}";
  }

  std::string as_text(std::string_view message, Fields fields) const {
    std::string line(message);
    const auto add = [&line](std::string_view name, const std::string& value) {
      if (value.empty()) return;
      line += " ";
      line += name;
      line += "=" + escape_for_terminal(value);
    };
    add(stamp_.first, stamp_.second);
    for (const auto& [name, value] : fields)
      add(name, value);
    return line;
  }

  const Stamp stamp_;
  const bool json_;
  const std::shared_ptr<spdlog::logger> logger_;
  std::mutex mutex_;  // guards the next two
  bool waiting_ = false;
  bool ending_ = false;
  std::condition_variable changed_;
  std::thread flusher_;
};

Log::Log(LogFormat format, const std::string& level, Stamp stamp)
    : sink_(std::make_unique<Sink>(format, level, std::move(stamp))) {}

Log::~Log() = default;

void Log::write(Level level, std::string_view message, Fields fields) {
  sink_->write(level, message, fields);
}

void Log::write_later(Level level, std::string_view message, Fields fields) {
  sink_->write_later(level, message, fields);
}

void Log::access(const http::AccessRecord& record) {
  const auto who = record.principal.admin          ? std::string("admin")
                   : record.principal.user_id != 0 ? std::to_string(record.principal.user_id)
                                                   : std::string("-");
  sink_->write_later(
      record.status >= 500 ? Level::error : Level::info,
      "request",
      {{"method", record.method},
       {"target", record.target},
       {"status", std::to_string(record.status)},
       {"duration_us", std::to_string(record.duration.count())},
       {"user", who},
       {"peer", record.peer_address},
       {"meeting_id", record.meeting_id == 0 ? "" : std::to_string(record.meeting_id)},
       {"request_id", record.request_id}});
}

void Log::flush() {
  sink_->flush();
}

}  // namespace bot::app
