#include "server/bots/docker_runtime.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "base/fault.hpp"

namespace bot::bots {

namespace {

using std::chrono::steady_clock;

constexpr std::size_t errand_threads = 8;

}  // namespace

DockerRuntime::DockerRuntime(DockerRuntimeOptions options)
    : options_(std::move(options)),
      engine_(options_.engine),
      identity_(options_.identity),
      seen_at_(steady_clock::now()),
      errands_(errand_threads) {}

DockerRuntime::~DockerRuntime() {
  stop_watching();
}

void DockerRuntime::attach(ExitListener& listener) {
  listener_ = &listener;
  listening_ = std::thread([this] { listen(); });
  attending_ = std::thread([this] { attend(); });
}

void DockerRuntime::stop_watching() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  engine_.stop_listening();
  if (listening_.joinable()) listening_.join();
  if (attending_.joinable()) attending_.join();
  errands_.stop();
}

std::string DockerRuntime::identity() const {
  const std::scoped_lock lock(mutex_);
  return identity_;
}

std::string DockerRuntime::problem() {
  const std::scoped_lock lock(mutex_);
  const bool passing =
      met_ && !is_other_ && away_since_ && steady_clock::now() - *away_since_ < options_.patience;
  return passing ? "" : absence_;
}

std::string DockerRuntime::absence() const {
  const std::scoped_lock lock(mutex_);
  return absence_;
}

// A vouch covers two of its intervals; after that it is for the next one to say who lives.
bool DockerRuntime::is_blind() {
  const std::scoped_lock lock(mutex_);
  return steady_clock::now() - seen_at_ > 2 * options_.vouch_every;
}

void DockerRuntime::tell(const std::string& sentence) const {
  if (options_.on_news) options_.on_news(sentence);
}

void DockerRuntime::note_away(const Error& error) {
  bool news = false;
  {
    const std::scoped_lock lock(mutex_);
    news = std::exchange(absence_, error.message).empty() && !stopping_;
    if (!away_since_) away_since_ = steady_clock::now();
  }
  if (news) tell(error.message);
}

void DockerRuntime::note_back() {
  bool news = false;
  {
    const std::scoped_lock lock(mutex_);
    if (!trusted_) return;
    news = !std::exchange(absence_, "").empty();
    away_since_.reset();
  }
  if (news) tell("the Docker Engine is back");
}

Status DockerRuntime::meet() {
  const auto facts = engine_.greet();
  if (!facts) {
    distrust();
    note_away(facts.error());
    return facts.error();
  }
  bool other = false;
  bool first = false;
  {
    const std::scoped_lock lock(mutex_);
    first = identity_.empty();
    if (first) identity_ = facts->identity;
    other = identity_ != facts->identity;
    trusted_ = !other;
    is_other_ = other;
    met_ = met_ || !other;
  }
  if (first && options_.on_identity) options_.on_identity(facts->identity);
  if (other) {
    const Error error{
        .code = Errc::conflict,
        .message = "another Docker Engine answers at " + engine_.socket() + " than before",
        .hint =
            "when that is meant, end all bots, remove docker.engine from the data directory, and"
            " restart botd"};
    note_away(error);
    return error;
  }
  note_back();
  return Unit{};
}

bool DockerRuntime::in_touch() {
  {
    const std::scoped_lock lock(mutex_);
    if (trusted_ || away_since_) return trusted_;
  }
  return meet().has_value();
}

bool DockerRuntime::is_short_absence() const {
  const std::scoped_lock lock(mutex_);
  return !away_since_ || steady_clock::now() - *away_since_ < options_.patience;
}

bool DockerRuntime::is_stopping() const {
  const std::scoped_lock lock(mutex_);
  return stopping_;
}

// REQUIRES: nothing was committed yet.
Error DockerRuntime::unless_patient(const Error& error) const {
  if (is_away(error) && (is_short_absence() || is_stopping())) throw Unavailable(error.message);
  return error;
}

std::optional<DockerHandle> DockerRuntime::own(const std::string& handle) const {
  auto parsed = parse_docker_handle(handle);
  const std::scoped_lock lock(mutex_);
  if (!parsed || (!identity_.empty() && parsed->engine != identity_)) return std::nullopt;
  return parsed;
}

Status DockerRuntime::pull_image() {
  std::shared_future<Status> pull;
  {
    const std::scoped_lock lock(mutex_);
    if (stopping_) return Error{.code = Errc::cancelled, .message = "the server is shutting down"};
    // Run by the first who asks for its result.
    if (!pull_.valid()) {
      pull_ = std::async(std::launch::deferred, [this] { return fetch_image(); }).share();
    }
    pull = pull_;
  }
  return pull.get();
}

Status DockerRuntime::fetch_image() {
  const auto done = [this](void*) {
    const std::scoped_lock lock(mutex_);
    pull_ = {};
  };
  const std::unique_ptr<void, decltype(done)> at_the_end(this, done);
  const auto& image = options_.container.image;
  if (options_.pull == ImagePull::missing) {
    const auto there = heard(engine_.has_image(image));
    if (!there) return there.error();
    if (*there) return Unit{};
  }
  return heard(engine_.pull(image));
}

Status DockerRuntime::prepare_image() {
  return options_.pull == ImagePull::always ? pull_image() : Status(Unit{});
}

// A container of that name may be what an earlier attempt has left. One that runs is another
// server's, which has committed it.
Result<std::string> DockerRuntime::create_over(const ContainerPlan& plan, const Error& refusal) {
  const auto there = heard(engine_.inspect(plan.name));
  if (!there && there.error().code == Errc::not_found) return heard(engine_.create(plan));
  if (!there) return there.error();
  const bool ours = there->label(docker_labels::installation) == options_.container.installation;
  if (!ours || there->phase == Container::Phase::running) return refusal;
  if (auto removed = heard(engine_.remove(there->id)); !removed) return removed.error();
  return heard(engine_.create(plan));
}

Result<std::string> DockerRuntime::create(const ContainerPlan& plan) {
  auto created = heard(engine_.create(plan));
  if (created) return created;
  const auto& refusal = created.error();
  if (refusal.code == Errc::conflict) return create_over(plan, refusal);
  if (refusal.code != Errc::not_found) return created;
  if (options_.pull == ImagePull::never) {
    return Error{.code = Errc::not_found,
                 .message = "the image " + plan.image + " is not on the Docker Engine",
                 .hint = "pull it, or say --docker-pull missing"};
  }
  if (auto pulled = pull_image(); !pulled) return std::move(pulled).error();
  return heard(engine_.create(plan));
}

Result<std::string> DockerRuntime::start(const BotSpec& spec, const Commit& commit) {
  if (!in_touch()) return unless_patient({.code = Errc::unreachable, .message = absence()});
  if (auto ready = prepare_image(); !ready) return unless_patient(ready.error());
  const auto container = create(plan_container(spec, options_.container));
  if (!container) return unless_patient(container.error());
  const auto handle = to_string(DockerHandle{identity(), *container});
  watch(*container, {spec.meeting_id, spec.session_uid, true});
  if (auto committed = commit(handle); !committed) {
    discard(*container);
    return std::move(committed).error();
  }
  if (auto started = heard(engine_.start(*container)); !started) {
    discard(*container);
    return std::move(started).error();
  }
  const std::scoped_lock lock(mutex_);
  const auto found = watched_.find(*container);
  if (found != watched_.end()) {
    found->second.starting = false;
    if (found->second.suspected) suspects_.insert(*container);
    changed_.notify_all();
  }
  return handle;
}

// What cannot be removed now is a stray, and is found as one.
void DockerRuntime::discard(const std::string& container) {
  forget(container);
  (void)heard(engine_.remove(container));
}

void DockerRuntime::stop(const std::string& handle, Millis grace) {
  const auto bot = own(handle);
  if (!bot) return;
  ask_to_leave(bot->container, grace);
}

void DockerRuntime::kill(const std::string& handle) {
  const auto bot = own(handle);
  if (!bot || !in_touch()) return;
  (void)heard(engine_.kill(bot->container));
  suspect(bot->container);
}

bool DockerRuntime::alive(const std::string& handle) {
  const auto bot = own(handle);
  if (!bot) return false;
  {
    const std::scoped_lock lock(mutex_);
    if (disposing_.contains(bot->container)) return false;
    if (!stopping_ && watched_.contains(bot->container)) return true;
  }
  if (!in_touch()) return true;
  const auto container = heard(engine_.inspect(bot->container));
  if (!container) return container.error().code != Errc::not_found;
  return container->phase == Container::Phase::running;
}

bool DockerRuntime::is_near(const std::string& handle) {
  return own(handle).has_value();
}

bool DockerRuntime::adopt(std::int64_t meeting_id,
                          const std::string& session_uid,
                          const std::string& handle) {
  const auto parsed = parse_docker_handle(handle);
  if (!parsed) return false;
  if (!own(handle)) return true;
  const auto& id = parsed->container;
  {
    const std::scoped_lock lock(mutex_);
    if (disposing_.contains(id)) return false;
    if (watched_.contains(id)) {
      watched_[id].meeting_id = meeting_id;
      watched_[id].session_uid = session_uid;
      return true;
    }
  }
  if (in_touch()) {
    const auto container = heard(engine_.inspect(id));
    if (!container && container.error().code == Errc::not_found) return false;
    if (container && container->phase == Container::Phase::created) {
      // Cut off between the commit and the start.
      (void)heard(engine_.remove(id));
      return false;
    }
  }
  watch(id, {meeting_id, session_uid});
  suspect(id);
  return true;
}

void DockerRuntime::watch(const std::string& container, Watched watched) {
  const std::scoped_lock lock(mutex_);
  watched_[container] = std::move(watched);
}

void DockerRuntime::forget(const std::string& container) {
  const std::scoped_lock lock(mutex_);
  watched_.erase(container);
}

void DockerRuntime::suspect(const std::string& container) {
  {
    const std::scoped_lock lock(mutex_);
    suspects_.insert(container);
  }
  changed_.notify_all();
}

}  // namespace bot::bots
