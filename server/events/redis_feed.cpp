#include "server/events/redis_feed.hpp"

#include <algorithm>
#include <chrono>
#include <optional>

#include "base/fault.hpp"
#include "drivers/redis/connection.hpp"

namespace bot::events {
namespace {

using std::chrono::steady_clock;

// How often those who have stopped listening are looked for.
constexpr Millis attendance_period{1000};

// The channel and body of a pushed message; nullopt for confirmations and pongs.
std::optional<std::pair<std::string_view, std::string_view>> published(const redis::Reply& reply) {
  if (reply.list.size() != 4 || reply.list[0].text != "pmessage") return std::nullopt;
  return std::pair<std::string_view, std::string_view>(reply.list[2].text, reply.list[3].text);
}

}  // namespace

RedisFeed::RedisFeed(Options options, Handler handler, Gap on_gap)
    : options_(std::move(options)), handler_(std::move(handler)), on_gap_(std::move(on_gap)) {}

RedisFeed::~RedisFeed() {
  stop();
}

void RedisFeed::start() {
  thread_ = std::thread([this] { run(); });
}

void RedisFeed::stop() {
  stopping_ = true;
  interrupt_.raise();
  if (thread_.joinable()) thread_.join();
}

void RedisFeed::attend(const std::string& channel) {
  const std::lock_guard lock(mutex_);
  auto& until = attended_[channel];
  if (until == Instant{}) {
    attendance_changed_ = true;
    interrupt_.raise();
  }
  until = steady_clock::now() + options_.attendance;
}

bool RedisFeed::attendance_changed() {
  const std::lock_guard lock(mutex_);
  return attendance_changed_;
}

void RedisFeed::update_attendance(redis::Connection& connection,
                                  std::set<std::string>& subscribed) {
  std::vector<std::string> begun = {"SUBSCRIBE"};
  std::vector<std::string> ended = {"UNSUBSCRIBE"};
  {
    const std::lock_guard lock(mutex_);
    attendance_changed_ = false;
    const auto now = steady_clock::now();
    std::erase_if(attended_, [&](const auto& one) { return one.second < now; });
    for (const auto& [channel, until] : attended_) {
      if (subscribed.insert(channel).second) begun.push_back(channel);
    }
    for (const auto& channel : subscribed) {
      if (!attended_.contains(channel)) ended.push_back(channel);
    }
  }
  if (begun.size() > 1) connection.send(begun);
  if (ended.size() > 1) connection.send(ended);
  std::for_each(ended.begin() + 1, ended.end(), [&](const auto& one) { subscribed.erase(one); });
}

void RedisFeed::run() {
  while (!stopping_) {
    try {
      follow();
    } catch (const Fault&) {
      connected_ = false;
    }
    on_gap_();
    pause();
  }
  connected_ = false;
}

void RedisFeed::pause() {
  const auto until = steady_clock::now() + options_.retry_pause;
  while (!stopping_ && steady_clock::now() < until) {
    const auto left = std::chrono::ceil<Millis>(until - steady_clock::now());
    if (interrupt_.wait(left)) interrupt_.clear();
  }
}

void RedisFeed::follow() {
  redis::Connection connection({.address = redis::parse_url(options_.url).value()});
  redis::Command subscribe = {"PSUBSCRIBE"};
  subscribe.insert(subscribe.end(), options_.patterns.begin(), options_.patterns.end());
  connection.run(subscribe);
  connected_ = true;
  on_gap_();
  std::set<std::string> subscribed;
  auto heard = steady_clock::now();
  auto next_look = heard;
  bool asked = false;
  while (!stopping_) {
    if (steady_clock::now() >= next_look || attendance_changed()) {
      update_attendance(connection, subscribed);
      next_look = steady_clock::now() + attendance_period;
    }
    interrupt_.clear();
    if (stopping_ || attendance_changed()) continue;
    const auto until = std::min(next_look, heard + (asked ? 2 : 1) * options_.silence);
    const auto left = std::chrono::ceil<Millis>(until - steady_clock::now());
    const auto message = connection.next_message(std::max(left, Millis{0}), &interrupt_);
    if (message) {
      heard = steady_clock::now();
      asked = false;
      if (const auto news = published(*message)) handler_(news->first, news->second);
      continue;
    }
    const auto silent = steady_clock::now() - heard;
    if (silent >= 2 * options_.silence) throw Unavailable("Redis is silent");
    if (silent >= options_.silence && !asked) {
      connection.send({"PING"});
      asked = true;
    }
  }
}

}  // namespace bot::events
