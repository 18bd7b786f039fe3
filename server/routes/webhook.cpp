#include "base/time_format.hpp"
#include "server/http/validation.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/authentication.hpp"
#include "server/routes/methods_of.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"
#include "server/store/delivery_store.hpp"
#include "server/store/user_store.hpp"
#include "server/webhooks/signature.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr std::int64_t page_size = 100;

// The user object of the contract (§1.4) with the webhook's own fields beside it.
Reply webhook_reply(const store::UserRow& user, std::optional<std::string> secret) {
  auto body = types::Json(to_wire(user));
  if (user.webhook_url) body["data"]["webhook_url"] = *user.webhook_url;
  types::Webhook webhook{
      .webhook_url = user.webhook_url, .secret = std::move(secret), .updated_at = std::nullopt};
  if (user.webhook_updated_at) webhook.updated_at = format_time(*user.webhook_updated_at);
  body.update(types::Json(webhook));
  return json(200, body);
}

class WebhookRoutes {
 public:
  WebhookRoutes(store::Database& database, const Clock& clock, webhooks::PrivateTargets policy)
      : database_(database), clock_(clock), policy_(policy) {}

  Result<Reply> get(const Request& /*request*/, const Principal& who) const {
    const auto user = database_.read([&](sql::Connection& connection) {
      return store::UserStore(connection).find(who.user_id);
    });
    if (!user) return user_is_gone();
    return webhook_reply(*user, std::nullopt);
  }

  // The secret is made with the first URL and kept until its owner asks for another.
  Result<Reply> set(const Request& request, const Principal& who) const {
    const auto parsed = http::parse_body(request);
    if (!parsed) return parsed.error();
    http::BodyReader body(*parsed);
    const auto url = body.required_string("webhook_url");
    const auto rotate = body.optional_bool("rotate_secret").value_or(false);
    if (!body.refused("webhook_url")) {
      const auto target = webhooks::validate_webhook_url(url, policy_);
      if (!target) body.refuse("webhook_url", target.error().message, "value_error.url");
    }
    if (auto sound = body.status(); !sound) return std::move(sound).error();
    return database_.write([&](sql::Connection& connection) -> Result<Reply> {
      store::UserStore users(connection);
      const auto user = users.lock(who.user_id);
      if (!user) return user_is_gone();
      const bool keep = user->webhook_secret && !user->webhook_secret->empty() && !rotate;
      const auto secret = keep ? *user->webhook_secret : webhooks::make_secret();
      users.set_webhook(who.user_id, url, secret, clock_.now_ms());
      // Without the URL, which may hold a secret.
      audit(connection,
            request,
            who,
            {"webhook.set", "user " + std::to_string(who.user_id), keep ? "" : "with a new secret"},
            clock_.now_ms());
      return webhook_reply(users.find(who.user_id).value(),
                           keep ? std::nullopt : std::optional(secret));
    });
  }

  Result<Reply> clear(const Request& request, const Principal& who) const {
    database_.write([&](sql::Connection& connection) {
      const auto now = clock_.now_ms();
      store::UserStore(connection).clear_webhook(who.user_id, now);
      audit(
          connection, request, who, {"webhook.clear", "user " + std::to_string(who.user_id)}, now);
    });
    return json(200, types::Message{"Webhook removed"});
  }

  Result<Reply> deliveries(const Request& request, const Principal& who) const {
    const auto limit = http::query_int(request, "limit", page_size, {.least = 0, .most = 1000});
    if (!limit) return limit.error();
    const auto rows = database_.read([&](sql::Connection& connection) {
      return store::DeliveryStore(connection).of_user(who.user_id, *limit);
    });
    types::DeliveryList list;
    for (const auto& row : rows)
      list.deliveries.push_back(to_wire(row));
    return json(200, list);
  }

 private:
  store::Database& database_;
  const Clock& clock_;
  const webhooks::PrivateTargets policy_;
};

}  // namespace

void add_webhook_routes(http::Router& router,
                        store::Database& database,
                        const Clock& clock,
                        webhooks::PrivateTargets private_targets) {
  const auto bound = methods_of(std::make_shared<WebhookRoutes>(database, clock, private_targets));
  router.add({"GET",
              "/user/webhook",
              Access::user,
              bound(&WebhookRoutes::get),
              "Show where this user's events go"});
  router.add({"PUT",
              "/user/webhook",
              Access::user,
              bound(&WebhookRoutes::set),
              "Set where this user's events go; the signing secret is shown when it is made"});
  router.add({"DELETE",
              "/user/webhook",
              Access::user,
              bound(&WebhookRoutes::clear),
              "Send no more events"});
  router.add({"GET",
              "/user/webhook/deliveries",
              Access::user,
              bound(&WebhookRoutes::deliveries),
              "List events and what became of them, newest first"});
}

}  // namespace bot::routes
