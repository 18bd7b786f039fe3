#include "server/http/network_thread.hpp"

#include <boost/asio/post.hpp>

namespace bot::http {
namespace {

constexpr std::chrono::milliseconds tick_interval{100};

}  // namespace

void Census::enter() {
  count_.fetch_add(1, std::memory_order_relaxed);
}

void Census::leave() {
  const std::lock_guard lock(mutex_);
  if (count_.fetch_sub(1, std::memory_order_relaxed) == 1) left_.notify_all();
}

bool Census::wait_until_empty(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return left_.wait_for(lock, patience, [this] { return count() == 0; });
}

void Census::wait_until_empty() {
  std::unique_lock lock(mutex_);
  left_.wait(lock, [this] { return count() == 0; });
}

void NetworkThread::start() {
  thread_ = start_quiet_thread([this] { context_.run(); });
}

void NetworkThread::join() {
  work_.reset();
  asio::post(context_, [this] { timer_.cancel(); });
  if (thread_.joinable()) thread_.join();
}

void NetworkThread::add(Connection& connection) {
  connection.place = connections_.size();
  connections_.push_back(&connection);
  if (!ticking_) tick();
  if (stopping_) connection.retire();
  if (cutting_) connection.cut();
}

void NetworkThread::remove(Connection& connection) {
  auto* last = connections_.back();
  last->place = connection.place;
  connections_[connection.place] = last;
  connections_.pop_back();
}

void NetworkThread::retire_all() {
  stopping_ = true;
  const auto present = connections_;
  for (auto* connection : present)
    connection->retire();
}

void NetworkThread::cut_all() {
  cutting_ = true;
  const auto present = connections_;
  for (auto* connection : present)
    connection->cut();
}

// One timer for all deadlines of a thread: far cheaper than one a connection, which would be armed
// and disarmed several times in each request.
void NetworkThread::tick() {
  ticking_ = !connections_.empty();
  if (!ticking_) return;
  timer_.expires_after(tick_interval);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (cancelled) return;
    const auto now = SteadyClock::now();
    const auto present = connections_;
    for (auto* connection : present) {
      if (connection->deadline > now) continue;
      connection->deadline = no_deadline;
      connection->cut();
    }
    tick();
  });
}

}  // namespace bot::http
