#include "server/bots/errands.hpp"

#include <utility>

namespace bot::bots {

void Errands::add(std::function<void()> errand) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return;
    waiting_.push_back(std::move(errand));
    if (idle_ < waiting_.size() && threads_.size() < most_) {
      threads_.emplace_back([this] { run(); });
    }
  }
  changed_.notify_one();
}

void Errands::stop() {
  std::vector<std::thread> threads;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
    waiting_.clear();
    threads.swap(threads_);
  }
  changed_.notify_all();
  for (auto& thread : threads)
    thread.join();
}

void Errands::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (waiting_.empty()) {
      ++idle_;
      changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      --idle_;
      continue;
    }
    const auto errand = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    errand();
    lock.lock();
  }
}

}  // namespace bot::bots
