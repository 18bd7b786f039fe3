#include "server/webhooks/delivery.hpp"

#include <algorithm>
#include <utility>

#include "client/types/json.hpp"
#include "server/store/delivery_store.hpp"
#include "server/store/user_store.hpp"
#include "server/webhooks/event.hpp"

namespace bot::webhooks {

namespace {

using queue::Outcome;

// Why an attempt was not the last one, or why there is no other.
struct Verdict {
  enum class Kind { delivered, retry, dead } kind = Kind::delivered;
  std::string reason = {};
  std::optional<Millis> delay = {};
};

Verdict judge(const Result<Answer>& answer, Millis longest_retry_after) {
  using Kind = Verdict::Kind;
  if (!answer) {
    const bool final_refusal =
        answer.error().code == Errc::forbidden || answer.error().code == Errc::invalid_argument;
    return {final_refusal ? Kind::dead : Kind::retry, answer.error().message, {}};
  }
  const int status = answer->status;
  if (status >= 200 && status < 300) return {};
  const std::string reason = "the receiver answered " + std::to_string(status);
  if (status >= 500 || status == 408 || status == 429) {
    auto delay = answer->retry_after;
    if (delay) delay = std::min(*delay, longest_retry_after);
    return {Kind::retry, reason, delay};
  }
  return {Kind::dead, reason + (status >= 300 && status < 400 ? ", a redirect" : ""), {}};
}

std::string_view word_for(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::delivered:
      return "delivered";
    case Verdict::Kind::retry:
      return "retried";
    case Verdict::Kind::dead:
      return "dead";
  }
  return "dead";
}

std::optional<std::int64_t> delivery_id_in(const types::Json& payload) {
  if (!payload.is_object()) return std::nullopt;
  const auto found = payload.find("delivery_id");
  if (found == payload.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::string request_id_in(const types::Json& payload) {
  const auto found = payload.find("request_id");
  return found != payload.end() && found->is_string() ? found->get<std::string>() : "";
}

void write_down(sql::Connection& connection, const queue::Transition& change) {
  const auto id = delivery_id_in(types::Json::parse(change.item.payload, nullptr, false));
  if (!id) return;
  store::DeliveryStore deliveries(connection);
  switch (change.change) {
    case queue::Change::buried:
    case queue::Change::cancelled:
    case queue::Change::withdrawn:
      deliveries.give_up(*id, change.reason.empty() ? "it was given up" : change.reason);
      break;
    case queue::Change::revived:
      deliveries.requeue(*id);
      break;
    case queue::Change::claimed:
    case queue::Change::done:
    case queue::Change::retried:
    case queue::Change::snoozed:
    case queue::Change::lost:
    case queue::Change::deleted:
      break;
  }
}

class Deliverer {
 public:
  Deliverer(store::Database& database, const Clock& clock, DeliveryOptions options)
      : database_(database), clock_(clock), options_(std::move(options)) {}

  Outcome run(const queue::Item& item) const {
    const auto payload = types::Json::parse(item.payload, nullptr, false);
    const auto named = delivery_id_in(payload);
    if (!named) return Outcome::dead("the payload names no delivery");
    const auto id = *named;
    const auto [delivery, user] = load(id);
    if (!delivery || delivery->status != "queued") return Outcome::done();

    // Who has taken the webhook back does not want what was still on its way.
    const auto request_id = request_id_in(payload);
    if (!user || !user->webhook_url) {
      const Verdict removed{Verdict::Kind::dead, "the webhook was removed", {}};
      tell(*delivery, removed, std::nullopt, request_id);
      return give_up(id, removed.reason);
    }

    Post event;
    event.url = delivery->url;
    event.body = delivery->body;
    event.event_id = delivery->event_id;
    event.unix_seconds = clock_.now_ms() / 1000;
    event.secret = user->webhook_secret.value_or("");
    const auto answer = post(event, options_.sender);

    Verdict verdict = judge(answer, options_.longest_retry_after);
    const bool last_attempt = item.attempts >= item.max_attempts;
    if (verdict.kind == Verdict::Kind::retry && last_attempt) verdict.kind = Verdict::Kind::dead;
    record(id, verdict, answer);
    tell(*delivery, verdict, answer ? std::optional(answer->status) : std::nullopt, request_id);
    switch (verdict.kind) {
      case Verdict::Kind::delivered:
        return Outcome::done();
      case Verdict::Kind::retry:
        return Outcome::retry(verdict.reason, verdict.delay);
      case Verdict::Kind::dead:
        return Outcome::dead(verdict.reason);
    }
    return Outcome::done();
  }

 private:
  std::pair<std::optional<store::DeliveryRow>, std::optional<store::UserRow>> load(
      std::int64_t id) const {
    return database_.read([id](sql::Connection& connection) {
      auto delivery = store::DeliveryStore(connection).find(id);
      std::optional<store::UserRow> user;
      if (delivery) user = store::UserStore(connection).find(delivery->user_id);
      return std::pair(std::move(delivery), std::move(user));
    });
  }

  void tell(const store::DeliveryRow& delivery,
            const Verdict& verdict,
            std::optional<int> status,
            const std::string& request_id) const {
    if (!options_.on_attempt) return;
    options_.on_attempt({.delivery_id = delivery.id,
                         .meeting_id = delivery.meeting_id.value_or(0),
                         .event_id = delivery.event_id,
                         .outcome = word_for(verdict.kind),
                         .status = status,
                         .reason = verdict.reason,
                         .request_id = request_id});
  }

  Outcome give_up(std::int64_t id, const std::string& reason) const {
    database_.write([&](sql::Connection& connection) {
      store::DeliveryStore(connection).dead(id, {.error = reason});
    });
    return Outcome::dead(reason);
  }

  void record(std::int64_t id, const Verdict& verdict, const Result<Answer>& answer) const {
    store::DeliveryAttempt attempt;
    if (answer) attempt.response_status = answer->status;
    if (!verdict.reason.empty()) attempt.error = verdict.reason;
    database_.write([&](sql::Connection& connection) {
      store::DeliveryStore deliveries(connection);
      switch (verdict.kind) {
        case Verdict::Kind::delivered:
          deliveries.delivered(id, answer->status, clock_.now_ms());
          break;
        case Verdict::Kind::retry:
          deliveries.failed(id, attempt);
          break;
        case Verdict::Kind::dead:
          deliveries.dead(id, attempt);
          break;
      }
    });
  }

  store::Database& database_;
  const Clock& clock_;
  const DeliveryOptions options_;
};

}  // namespace

void register_delivery(queue::Dispatcher& dispatcher,
                       store::Database& database,
                       const Clock& clock,
                       DeliveryOptions options) {
  const queue::Concurrency concurrency(options.concurrency, options.of_one_user);
  const auto deliverer = std::make_shared<Deliverer>(database, clock, std::move(options));
  dispatcher.handle(std::string(lane), concurrency, [deliverer](const queue::Item& item) {
    return deliverer->run(item);
  });
}

void listen(queue::Listeners& listeners) {
  listeners.on(std::string(lane), write_down);
}

}  // namespace bot::webhooks
