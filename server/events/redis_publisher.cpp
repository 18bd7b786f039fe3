#include "server/events/redis_publisher.hpp"

#include <algorithm>
#include <chrono>
#include <vector>

#include "base/fault.hpp"
#include "drivers/redis/connection.hpp"

namespace bot::events {
namespace {

using std::chrono::steady_clock;

constexpr std::size_t longest_flight = 256;

}  // namespace

RedisPublisher::RedisPublisher(Options options)
    : options_(std::move(options)), thread_([this] { run(); }) {}

RedisPublisher::~RedisPublisher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void RedisPublisher::post(RedisMessage message) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= options_.longest_queue) {
      ++statistics_.dropped;
      return;
    }
    queue_.push_back(std::move(message));
  }
  changed_.notify_one();
}

Status RedisPublisher::publish(const RedisMessage& message) {
  return send({message});
}

Status RedisPublisher::send(const std::vector<RedisMessage>& messages) {
  Commands commands;
  for (const auto& message : messages)
    commands.push_back({"PUBLISH", message.channel, message.body});
  try {
    const std::lock_guard lock(connection_mutex_);
    const auto since = steady_clock::now();
    run_commands(commands);
    const std::chrono::duration<double> took = steady_clock::now() - since;
    const std::lock_guard counting(mutex_);
    statistics_.published += messages.size();
    statistics_.seconds.add(took.count());
  } catch (const Fault& away) {
    const std::lock_guard counting(mutex_);
    statistics_.failed += messages.size();
    return Error{.code = Errc::unavailable, .message = away.what()};
  }
  return Unit{};
}

PublishStatistics RedisPublisher::statistics() const {
  const std::lock_guard lock(mutex_);
  return statistics_;
}

// REQUIRES: connection_mutex_ is held.
void RedisPublisher::connect() {
  if (steady_clock::now() < next_attempt_) throw Unavailable(problem_);
  try {
    connection_ = std::make_unique<redis::Connection>(
        redis::Options{.address = redis::parse_url(options_.url).value()});
  } catch (const Fault& away) {
    problem_ = away.what();
    next_attempt_ = steady_clock::now() + options_.retry_pause;
    throw;
  }
}

// REQUIRES: connection_mutex_ is held. A connection that was good the last time may have been lost
// since: a new one is tried once, and a message may then be repeated.
void RedisPublisher::run_commands(const Commands& commands) {
  for (bool fresh = connection_ == nullptr;; fresh = true) {
    if (connection_ == nullptr) connect();
    try {
      for (const auto& reply : connection_->run_all(commands)) {
        if (reply.is_error()) throw Unavailable("Redis refused " + commands[0][0]);
      }
      return;
    } catch (const Fault&) {
      connection_.reset();
      if (fresh) throw;
    }
  }
}

void RedisPublisher::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    std::vector<RedisMessage> flight;
    while (!queue_.empty() && flight.size() < longest_flight) {
      flight.push_back(std::move(queue_.front()));
      queue_.pop_front();
    }
    lock.unlock();
    (void)send(flight);
    lock.lock();
  }
}

}  // namespace bot::events
