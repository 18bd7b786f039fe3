#include "server/app/housekeeping.hpp"

#include "base/fault.hpp"
#include "server/jobs/event_store.hpp"
#include "server/queue/queue.hpp"
#include "server/routes/generate_limit.hpp"
#include "server/store/audit_store.hpp"
#include "server/store/delivery_store.hpp"
#include "server/store/generate_window_store.hpp"
#include "server/store/idempotency_store.hpp"
#include "server/store/speech_store.hpp"
#include "server/store/transcript_store.hpp"
#include "server/webhooks/event.hpp"

namespace bot::app {
namespace {

constexpr Millis round_interval = std::chrono::minutes{10};
constexpr Millis keep_idempotency_keys = std::chrono::hours{24};
// Needed for speech that comes late, not for the transcript.
constexpr Millis keep_speaker_events = std::chrono::hours{24};
// Longer than anybody watches a job without a pause.
constexpr Millis keep_job_events = std::chrono::hours{24 * 7};
// As long as the longest that they can matter.
constexpr Millis keep_generate_windows{routes::generate_window_ms};
constexpr std::int64_t batch = 1000;

// Repeats one bounded deletion, each in a write of its own so that requests get in between.
template <typename Purge>
std::size_t purge_all(store::Database& database, Purge purge) {
  std::size_t total = 0;
  for (;;) {
    const std::size_t gone = database.write(purge);
    total += gone;
    if (gone < static_cast<std::size_t>(batch)) return total;
  }
}

}  // namespace

Housekeeping::Housekeeping(store::Database& database,
                           const Clock& clock,
                           const Config& config,
                           Log& log,
                           std::function<bool()> leads)
    : database_(database), clock_(clock), config_(config), log_(log), leads_(std::move(leads)) {}

Housekeeping::~Housekeeping() {
  stop();
}

void Housekeeping::start() {
  thread_ = std::thread([this] { loop(); });
}

void Housekeeping::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

std::size_t Housekeeping::run_once() {
  const auto now = clock_.now_ms();
  std::size_t gone = purge_all(database_, [&](sql::Connection& connection) {
    return store::IdempotencyStore(connection)
        .purge_before(now - keep_idempotency_keys.count(), batch);
  });
  gone += purge_all(database_, [&](sql::Connection& connection) {
    return store::DeliveryStore(connection)
        .purge_before(now - config_.keep_deliveries.count(), batch);
  });
  // They go with the next round.
  purge_all(database_, [&](sql::Connection& connection) {
    return store::DeliveryStore(connection)
        .give_up_abandoned(webhooks::lane, now - config_.keep_deliveries.count(), batch);
  });
  gone += purge_all(database_, [&](sql::Connection& connection) {
    return store::GenerateWindowStore(connection)
        .purge_before(now - keep_generate_windows.count(), batch);
  });
  gone += purge_all(database_, [&](sql::Connection& connection) {
    return store::AuditStore(connection).purge_before(now - config_.keep_audit.count(), batch);
  });
  gone += purge_all(database_, [&](sql::Connection& connection) {
    return queue::purge_done(connection, now - config_.keep_queue_items.count(), batch);
  });
  gone += purge_all(database_, [&](sql::Connection& connection) {
    return store::SpeechStore(connection)
        .purge_events_of_ended(now - keep_speaker_events.count(), batch);
  });
  gone += purge_all(database_, [&](sql::Connection& connection) {
    return jobs::EventStore(connection).purge_before(now - keep_job_events.count(), batch);
  });
  gone += purge_dead_letters(now - config_.keep_deliveries.count());
  if (config_.keep_transcripts > Millis{0}) {
    gone += purge_all(database_, [&](sql::Connection& connection) {
      return store::TranscriptStore(connection)
          .purge_ended_before(now - config_.keep_transcripts.count(), batch);
    });
  }
  return gone;
}

std::size_t Housekeeping::purge_dead_letters(UnixMillis before) {
  return database_.write([&](sql::Connection& connection) {
    std::size_t gone = 0;
    for (const auto& lane : queue::counts(connection, clock_.now_ms())) {
      if (lane.dead > 0) gone += queue::purge_dead(connection, lane.lane, before);
    }
    return gone;
  });
}

void Housekeeping::loop() {
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, round_interval, [this] { return stopping_; })) {
    lock.unlock();
    try {
      const auto gone = !leads_ || leads_() ? run_once() : 0;
      if (gone > 0) {
        log_.write(Log::Level::info, "housekeeping", {{"deleted", std::to_string(gone)}});
      }
    } catch (const Fault& fault) {
      log_.write(Log::Level::warning, "housekeeping was put off", {{"reason", fault.what()}});
    }
    lock.lock();
  }
}

}  // namespace bot::app
