#include "server/events/bus.hpp"

#include <algorithm>
#include <utility>

namespace bot::events {

namespace {

enum class Kind { user, meeting, all };

struct Topic {
  Kind kind;
  std::int64_t id;

  bool operator==(const Topic&) const = default;
};

struct TopicHash {
  std::size_t operator()(const Topic& topic) const {
    return std::hash<std::int64_t>()(topic.id * 4 + static_cast<std::int64_t>(topic.kind));
  }
};

}  // namespace

struct Subscription::Entry {
  Topic topic{};
  Bus::Handler handler;
  std::weak_ptr<Bus::State> bus;
  // Held while the handler runs; recursive, because a handler may end its own subscription.
  std::recursive_mutex running;
  bool ended = false;  // guarded by `running`
};

struct Bus::State {
  using Entries = std::vector<std::shared_ptr<Subscription::Entry>>;

  std::mutex mutex;
  std::unordered_map<Topic, Entries, TopicHash> entries;  // guarded by mutex

  std::shared_ptr<Subscription::Entry> add(const std::shared_ptr<State>& self,
                                           Topic topic,
                                           Handler handler) {
    auto entry = std::make_shared<Subscription::Entry>();
    entry->topic = topic;
    entry->handler = std::move(handler);
    entry->bus = self;
    const std::scoped_lock lock(mutex);
    entries[topic].push_back(entry);
    return entry;
  }

  void remove(const std::shared_ptr<Subscription::Entry>& entry) {
    const std::scoped_lock lock(mutex);
    const auto found = entries.find(entry->topic);
    if (found == entries.end()) return;
    std::erase(found->second, entry);
    if (found->second.empty()) entries.erase(found);
  }

  void collect(Topic topic, Entries& into) {
    const auto found = entries.find(topic);
    if (found != entries.end()) into.insert(into.end(), found->second.begin(), found->second.end());
  }
};

Subscription& Subscription::operator=(Subscription&& other) noexcept {
  if (this != &other) {
    reset();
    entry_ = std::move(other.entry_);
  }
  return *this;
}

void Subscription::reset() {
  const auto entry = std::exchange(entry_, nullptr);
  if (!entry) return;
  if (const auto bus = entry->bus.lock()) bus->remove(entry);
  const std::scoped_lock lock(entry->running);
  entry->ended = true;
}

Bus::Bus() : state_(std::make_shared<State>()) {}
Bus::~Bus() = default;

Subscription Bus::subscribe_user(std::int64_t user_id, Handler handler) {
  return Subscription(state_->add(state_, {Kind::user, user_id}, std::move(handler)));
}

Subscription Bus::subscribe_meeting(std::int64_t meeting_id, Handler handler) {
  return Subscription(state_->add(state_, {Kind::meeting, meeting_id}, std::move(handler)));
}

Subscription Bus::subscribe_all(Handler handler) {
  return Subscription(state_->add(state_, {Kind::all, 0}, std::move(handler)));
}

void Bus::publish(Event event) {
  const auto shared = std::make_shared<const Event>(std::move(event));
  const auto [user, meeting] = std::visit(
      [](const auto& what) { return std::pair(what.user_id, what.meeting_id); }, *shared);
  State::Entries interested;
  {
    const std::scoped_lock lock(state_->mutex);
    state_->collect({Kind::user, user}, interested);
    state_->collect({Kind::meeting, meeting}, interested);
    state_->collect({Kind::all, 0}, interested);
  }
  for (const auto& entry : interested) {
    const std::scoped_lock lock(entry->running);
    if (!entry->ended) entry->handler(shared);
  }
}

}  // namespace bot::events
