#include <algorithm>

#include "base/text.hpp"
#include "server/domain/email.hpp"
#include "server/http/validation.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/idempotency.hpp"
#include "server/routes/methods_of.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/token_store.hpp"
#include "server/store/user_store.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr std::int64_t default_limit = 1;
constexpr http::IntRange limit_range = {.least = 0, .most = 1'000'000};
constexpr http::IntRange page_range = {.least = 0, .most = 1000};
constexpr std::size_t longest_text = 255;
constexpr std::size_t longest_data = 16'384;
constexpr int most_rounds = 10;

Error no_such_user() {
  return {.code = Errc::not_found, .message = "User not found"};
}

std::string subject(std::int64_t id) {
  return "user " + std::to_string(id);
}

// The fields that POST and PATCH share.
struct UserFields {
  std::optional<std::string> name;
  std::optional<std::string> image_url;
  std::optional<std::int64_t> max_concurrent_bots;
  std::optional<std::string> data;
};

UserFields read_fields(http::BodyReader& body) {
  UserFields fields{.name = body.optional_string("name"),
                    .image_url = body.optional_string("image_url"),
                    .max_concurrent_bots = body.optional_int("max_concurrent_bots", limit_range),
                    .data = std::nullopt};
  body.limit_length("name", fields.name, longest_text);
  body.limit_length("image_url", fields.image_url, longest_text);
  if (const auto* data = body.optional_object("data")) {
    fields.data = data->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    if (fields.data->size() > longest_data) {
      body.refuse("data", "ensure this value is at most 16384 bytes of JSON");
    }
  }
  return fields;
}

std::optional<std::string> read_email(http::BodyReader& body, const std::string& given) {
  auto email = domain::normal_email(given);
  if (!email && !body.refused("email")) {
    body.refuse("email", "value is not a valid email address", "value_error.email");
  }
  return email;
}

// Which fields differ, for the audit; the limit with its values, for it decides about money.
std::string changes(const store::UserRow& before, const store::UserRow& after) {
  std::vector<std::string> changed;
  if (before.name != after.name) changed.emplace_back("name");
  if (before.image_url != after.image_url) changed.emplace_back("image_url");
  if (before.data != after.data) changed.emplace_back("data");
  if (before.max_concurrent_bots != after.max_concurrent_bots) {
    changed.push_back("max_concurrent_bots " + std::to_string(before.max_concurrent_bots) + " -> " +
                      std::to_string(after.max_concurrent_bots));
  }
  return join(changed, ", ");
}

class UserRoutes {
 public:
  UserRoutes(store::Database& database, bots::Lifecycle& lifecycle, const Clock& clock)
      : database_(database), lifecycle_(lifecycle), clock_(clock) {}

  Result<Reply> list(const Request& request, const Principal& /*who*/) const {
    const auto skip = http::query_int(request, "skip", 0);
    const auto limit = http::query_int(request, "limit", 100, page_range);
    if (!skip) return skip.error();
    if (!limit) return limit.error();
    const auto rows = database_.read([&](sql::Connection& connection) {
      return store::UserStore(connection).list(*skip, *limit);
    });
    std::vector<types::User> users;
    users.reserve(rows.size());
    for (const auto& row : rows)
      users.push_back(to_wire(row));
    return json(200, users);
  }

  Result<Reply> create(const Request& request, const Principal& who) const {
    auto parsed = http::parse_body(request);
    if (!parsed) return std::move(parsed).error();
    http::BodyReader body(*parsed);
    const auto email = read_email(body, body.required_string("email"));
    const auto fields = read_fields(body);
    if (auto sound = body.status(); !sound) return std::move(sound).error();
    auto key = IdempotencyKey::of(request, "admin POST /admin/users");
    if (!key) return std::move(key).error();
    return create_once(database_, clock_, *key, [&](sql::Connection& connection) -> Result<Reply> {
      const auto now = clock_.now_ms();
      const auto found =
          store::UserStore(connection)
              .find_or_create(
                  {.email = *email,
                   .name = fields.name,
                   .image_url = fields.image_url,
                   .max_concurrent_bots = fields.max_concurrent_bots.value_or(default_limit),
                   .data = fields.data.value_or("{}")},
                  now);
      if (found.created) {
        audit(connection, request, who, {"user.create", subject(found.user.id), *email}, now);
      }
      return json(found.created ? 201 : 200, to_wire(found.user));
    });
  }

  Result<Reply> get(const Request& request, const Principal& /*who*/) const {
    const auto id = http::path_int(request, "user_id");
    if (!id) return id.error();
    return database_.read([&](sql::Connection& connection) -> Result<Reply> {
      const auto user = store::UserStore(connection).find(*id);
      if (!user) return no_such_user();
      types::UserDetail detail{.user = to_wire(*user), .api_tokens = {}};
      for (const auto& token : store::TokenStore(connection).list(*id)) {
        detail.api_tokens.push_back(to_wire(token));
      }
      return json(200, detail);
    });
  }

  Result<Reply> find(const Request& request, const Principal& /*who*/) const {
    const auto email = domain::normal_email(request.param("email"));
    if (!email) return no_such_user();
    const auto user = database_.read([&](sql::Connection& connection) {
      return store::UserStore(connection).find_by_email(*email);
    });
    if (!user) return no_such_user();
    return json(200, to_wire(*user));
  }

  Result<Reply> update(const Request& request, const Principal& who) const {
    const auto id = http::path_int(request, "user_id");
    if (!id) return id.error();
    auto parsed = http::parse_body(request);
    if (!parsed) return std::move(parsed).error();
    http::BodyReader body(*parsed);
    if (body.has("max_concurrent_bots") && body.is_null("max_concurrent_bots")) {
      body.refuse(
          "max_concurrent_bots", "none is not an allowed value", "type_error.none.not_allowed");
    }
    const auto fields = read_fields(body);
    const auto email = body.optional_string("email");
    if (auto sound = body.status(); !sound) return std::move(sound).error();
    return database_.write([&](sql::Connection& connection) -> Result<Reply> {
      store::UserStore users(connection);
      const auto before = users.lock(*id);
      if (!before) return no_such_user();
      if (email && domain::normal_email(*email) != before->email) {
        return Error{.code = Errc::malformed_request,
                     .message = "Cannot change user email via this endpoint."};
      }
      store::UserPatch patch{.max_concurrent_bots = fields.max_concurrent_bots,
                             .data = fields.data};
      if (body.has("name")) patch.name = fields.name;
      if (body.has("image_url")) patch.image_url = fields.image_url;
      const auto after = users.update(*id, patch);
      if (!after) return no_such_user();
      if (*after != *before) {
        audit(connection,
              request,
              who,
              {"user.update", subject(*id), changes(*before, *after)},
              clock_.now_ms());
      }
      return json(200, to_wire(*after));
    });
  }

  Result<Reply> remove(const Request& request, const Principal& who) const {
    const auto id = http::path_int(request, "user_id");
    if (!id) return id.error();
    const auto known = database_.read([&](sql::Connection& connection) {
      return store::UserStore(connection).find(*id).has_value();
    });
    if (!known) return no_such_user();
    int stopped = 0;
    // A bot that is started while the others are being stopped must not outlive its user.
    for (int round = 0; round < most_rounds; ++round) {
      const auto live = lifecycle_.stop_all_of_user(*id);
      if (!live) return live.error();
      stopped = std::max(stopped, *live);
      const auto removed = database_.write([&](sql::Connection& connection) {
        return remove_without_bots(connection, request, who, *id, stopped);
      });
      if (!removed) return removed.error();
      if (*removed) {
        return json(200, types::Message{"User " + std::to_string(*id) + " has been deleted"});
      }
    }
    return Error{.code = Errc::conflict,
                 .message = "User " + std::to_string(*id) +
                            " keeps starting bots; revoke its tokens before deleting it"};
  }

 private:
  // False, changing nothing, when the user has a bot again.
  Result<bool> remove_without_bots(sql::Connection& connection,
                                   const Request& request,
                                   const Principal& who,
                                   std::int64_t id,
                                   int stopped) const {
    store::UserStore users(connection);
    if (!users.lock(id)) return no_such_user();
    if (store::MeetingStore(connection).count_live(id) > 0) return false;
    users.remove(id);
    audit(connection,
          request,
          who,
          {"user.delete", subject(id), std::to_string(stopped) + " bots stopped"},
          clock_.now_ms());
    return true;
  }

  store::Database& database_;
  bots::Lifecycle& lifecycle_;
  const Clock& clock_;
};

}  // namespace

void add_user_routes(http::Router& router,
                     store::Database& database,
                     bots::Lifecycle& lifecycle,
                     const Clock& clock) {
  const auto bound = methods_of(std::make_shared<UserRoutes>(database, lifecycle, clock));
  const auto accounted_for = [&](const std::string& action, auto method) {
    return accounted(
        database,
        clock,
        action,
        [](const Request& request) {
          return request.params.empty() ? "" : "user " + request.param("user_id");
        },
        bound(method));
  };
  router.add({"GET", "/admin/users", Access::admin, bound(&UserRoutes::list), "List users by id"});
  router.add({"POST",
              "/admin/users",
              Access::admin,
              accounted_for("user.create", &UserRoutes::create),
              "Find a user by e-mail or create it"});
  router.add({"GET",
              "/admin/users/{user_id}",
              Access::admin,
              bound(&UserRoutes::get),
              "Show a user with its tokens"});
  router.add({"GET",
              "/admin/users/email/{email}",
              Access::admin,
              bound(&UserRoutes::find),
              "Find a user by e-mail"});
  router.add({"PATCH",
              "/admin/users/{user_id}",
              Access::admin,
              accounted_for("user.update", &UserRoutes::update),
              "Change a user"});
  router.add({"DELETE",
              "/admin/users/{user_id}",
              Access::admin,
              accounted_for("user.delete", &UserRoutes::remove),
              "Stop a user's bots and delete the user with all its data"});
}

}  // namespace bot::routes
