// The two threads of a DockerRuntime: one hears the Engine's events, one looks at what they are
// about.
#include <algorithm>
#include <utility>

#include "base/fault.hpp"
#include "server/bots/docker_runtime.hpp"

namespace bot::bots {

namespace {

using std::chrono::steady_clock;

// Engines say 128 + N of what signal N has ended.
ExitStatus status_of(const Container& container) {
  constexpr int first_signal = 128;
  constexpr int last_signal = 64;
  if (!container.exit_code) return {};
  const int code = *container.exit_code;
  if (code > first_signal && code <= first_signal + last_signal) {
    return {std::nullopt, code - first_signal};
  }
  return {code, std::nullopt};
}

}  // namespace

void DockerRuntime::ask_for_a_look() {
  {
    const std::scoped_lock lock(mutex_);
    look_ = true;
  }
  changed_.notify_all();
}

void DockerRuntime::distrust() {
  const std::scoped_lock lock(mutex_);
  trusted_ = false;
}

void DockerRuntime::note_hearing() {
  {
    const std::scoped_lock lock(mutex_);
    if (!std::exchange(deaf_, false)) return;
  }
  tell("the Docker Engine's events are heard again");
}

void DockerRuntime::note_deaf(const Error& refusal) {
  bool news = false;
  {
    const std::scoped_lock lock(mutex_);
    news = !std::exchange(deaf_, true);
  }
  if (news) {
    tell("the Docker Engine's events cannot be heard, and ends are noticed late: " +
         refusal.message);
  }
  ask_for_a_look();
}

void DockerRuntime::listen() {
  const auto label = installation_label(options_.container.installation);
  std::size_t failures = 0;
  const auto opened = [this, &failures] {
    failures = 0;
    note_hearing();
    ask_for_a_look();
  };
  const auto suspected = [this](const std::string& id) { suspect(id); };
  for (;;) {
    if (meet()) {
      const auto ended = engine_.listen(label, opened, suspected);
      const bool refused = !ended && ended.error().http_status;
      // An Engine that refuses this alone is still the one that was met.
      if (!refused) distrust();
      if (refused) note_deaf(ended.error());
      if (!ended && is_away(ended.error())) note_away(ended.error());
    }
    std::unique_lock lock(mutex_);
    const auto pause = options_.reconnect.jittered(failures++);
    if (changed_.wait_for(lock, pause, [this] { return stopping_; })) return;
  }
}

DockerRuntime::Instant DockerRuntime::next_deadline(Instant next_look) const {
  auto earliest = next_look;
  for (const auto& [container, kill_at] : leaving_)
    earliest = std::min(earliest, kill_at);
  return earliest;
}

bool DockerRuntime::ask_to_leave(const std::string& container, Millis grace) {
  const auto kill_at = steady_clock::now() + grace;
  {
    const std::scoped_lock lock(mutex_);
    const auto [found, first] = leaving_.try_emplace(container, kill_at);
    found->second = std::min(found->second, kill_at);
    changed_.notify_all();
    if (!first) return false;
  }
  errands_.add([this, container] {
    if (!in_touch() || !heard(engine_.terminate(container))) {
      // Who wants it gone asks again.
      const std::scoped_lock lock(mutex_);
      leaving_.erase(container);
    }
    suspect(container);
  });
  return true;
}

void DockerRuntime::kill_overdue() {
  std::vector<std::string> overdue;
  {
    const std::scoped_lock lock(mutex_);
    for (auto& [container, kill_at] : leaving_) {
      if (kill_at > steady_clock::now()) continue;
      overdue.push_back(container);
      kill_at = Instant::max();  // it stays until its end is seen
    }
  }
  for (const auto& container : overdue) {
    errands_.add([this, container] {
      if (!in_touch() || !heard(engine_.kill(container))) {
        const std::scoped_lock lock(mutex_);
        leaving_.erase(container);
      }
      suspect(container);
      ask_for_a_look();
    });
  }
}

void DockerRuntime::attend() {
  // Its own deadline: events, however many, put no look off.
  auto next_look = steady_clock::now() + options_.look_every;
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (!look_ && suspects_.empty()) changed_.wait_until(lock, next_deadline(next_look));
    if (stopping_) return;
    const bool look = std::exchange(look_, false) || steady_clock::now() >= next_look;
    const auto suspects = std::exchange(suspects_, {});
    lock.unlock();
    kill_overdue();
    for (const auto& container : suspects)
      check(container);
    if (look) {
      look_at_all();
      next_look = steady_clock::now() + options_.look_every;
    }
    lock.lock();
  }
}

void DockerRuntime::check(const std::string& container) {
  {
    const std::scoped_lock lock(mutex_);
    const auto found = watched_.find(container);
    // A stray that was asked to leave is removed by the look that finds it ended.
    if (found == watched_.end() && leaving_.contains(container)) look_ = true;
    if (stopping_ || !trusted_ || found == watched_.end()) return;
    if (found->second.starting) {
      found->second.suspected = true;
      return;
    }
  }
  const auto seen = heard(engine_.inspect(container));
  if (!seen) {
    if (seen.error().code == Errc::not_found) end(container, {});
    return;
  }
  if (seen->phase != Container::Phase::running) end(container, status_of(*seen));
}

void DockerRuntime::end(const std::string& container, const ExitStatus& status) {
  Watched ended;
  {
    const std::scoped_lock lock(mutex_);
    const auto found = watched_.find(container);
    if (stopping_ || found == watched_.end()) return;
    ended = std::move(found->second);
    watched_.erase(found);
    leaving_.erase(container);
    disposing_.insert(container);
  }
  if (!listener_->bot_exited(ended.meeting_id, ended.session_uid, status)) {
    // It holds the code until the row is closed; then it is found as a stray.
    const std::scoped_lock lock(mutex_);
    disposing_.erase(container);
    return;
  }
  errands_.add([this, container] { dispose_of(container); });
}

void DockerRuntime::look_at_all() {
  {
    const std::scoped_lock lock(mutex_);
    if (!trusted_) return;
  }
  auto listed = heard(engine_.list(installation_label(options_.container.installation)));
  if (!listed) return;
  std::vector<std::int64_t> running_bots;
  std::vector<std::string> doubtful;
  std::vector<Container> candidates;
  {
    const std::scoped_lock lock(mutex_);
    std::set<std::string> running;
    for (auto& container : *listed) {
      const bool runs = container.phase == Container::Phase::running;
      if (runs) running.insert(container.id);
      // A watched one, too, may hang after its bot has reported its end; once ended it is checked.
      if (runs || !watched_.contains(container.id)) candidates.push_back(std::move(container));
    }
    std::erase_if(leaving_, [&](const auto& each) {
      return !running.contains(each.first) && !watched_.contains(each.first);
    });
    for (const auto& [id, watched] : watched_) {
      if (running.contains(id)) {
        running_bots.push_back(watched.meeting_id);
      } else {
        doubtful.push_back(id);
      }
    }
  }
  for (const auto& container : doubtful)
    check(container);
  if (vouch_for(running_bots)) {
    const std::scoped_lock lock(mutex_);
    seen_at_ = steady_clock::now();
  }
  clear_away(candidates);
}

bool DockerRuntime::vouch_for(const std::vector<std::int64_t>& meetings) {
  const auto now = steady_clock::now();
  if (!options_.vouch || meetings.empty()) return true;
  if (vouched_ && now - *vouched_ < options_.vouch_every) return true;
  try {
    options_.vouch(meetings);
    vouched_ = now;
    return true;
  } catch (const Fault&) {
    return false;
  }
}

// The list was made before the rows are read: what ran by then was committed by then.
void DockerRuntime::clear_away(const std::vector<Container>& containers) {
  if (!options_.without_row || containers.empty()) return;
  std::vector<std::string> sessions;
  sessions.reserve(containers.size());
  for (const auto& container : containers)
    sessions.push_back(container.label(docker_labels::session));
  try {
    const auto unwanted = options_.without_row(sessions);
    for (const auto& container : containers) {
      if (unwanted.contains(container.label(docker_labels::session))) dispose(container);
    }
  } catch (const Fault&) {
    // The store is away; the next look comes.
  }
}

void DockerRuntime::dispose(const Container& stray) {
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_ || disposing_.contains(stray.id)) return;
    if (stray.phase != Container::Phase::running) disposing_.insert(stray.id);
  }
  const std::string which = "a container without a live meeting is ";
  const auto name = stray.id.substr(0, 12);
  if (stray.phase == Container::Phase::running) {
    if (ask_to_leave(stray.id, options_.stray_stop)) tell(which + "stopped: " + name);
    return;
  }
  tell(which + "removed: " + name);
  errands_.add([this, id = stray.id] { dispose_of(id); });
}

void DockerRuntime::dispose_of(const std::string& container) {
  (void)heard(engine_.remove(container));
  const std::scoped_lock lock(mutex_);
  disposing_.erase(container);
}

}  // namespace bot::bots
