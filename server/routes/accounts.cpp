#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "server/http/validation.hpp"
#include "server/jobs/account_store.hpp"
#include "server/jobs/job_settings.hpp"
#include "server/jobs/job_store.hpp"
#include "server/jobs/ownership.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/generate_limit.hpp"
#include "server/routes/idempotency.hpp"
#include "server/routes/job_body.hpp"
#include "server/routes/job_routes.hpp"
#include "server/routes/job_wire.hpp"
#include "server/routes/methods_of.hpp"
#include "server/routes/wire.hpp"
#include "server/store/user_store.hpp"

namespace bot::routes {
namespace {

using domain::UserStatus;
using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr std::int64_t most_accounts = 100;
constexpr http::IntRange page_range = {.least = 1, .most = 1000};
constexpr std::int64_t page_size = 20;
constexpr http::IntRange limit_range = {.least = 0, .most = 1'000'000};
constexpr std::array<std::string_view, 3> changeable = {"username", "concurrency_limit", "status"};

Error no_such_account() {
  return {.code = Errc::not_found, .message = "Account not found"};
}

std::string subject_of(const Request& request) {
  return request.params.empty() ? "" : "account " + request.param("account_id");
}

// A job that is deleted leaves its accounts.
bool has_been(sql::Connection& connection, const std::string& job_id, const Principal& who) {
  return find_job(connection, job_id, who) ||
         jobs::AccountStore(connection).count({.owner_user_id = owner_of(who), .job_id = job_id}) >
             0;
}

struct AccountChange {
  std::optional<std::string> username;
  std::optional<std::int64_t> concurrency_limit;
  std::optional<UserStatus> status;
};

Result<AccountChange> read_change(const nlohmann::json& object) {
  http::BodyReader body(object);
  for (const auto& [name, value] : object.items()) {
    if (std::find(changeable.begin(), changeable.end(), name) == changeable.end())
      body.refuse(name, "cannot be changed; username, concurrency_limit and status can");
  }
  AccountChange change{.username = read_username(body),
                       .concurrency_limit = body.optional_int("concurrency_limit", limit_range),
                       .status = std::nullopt};
  const auto status = body.optional_enum("status", {"active", "suspended", "banned"});
  if (status) change.status = domain::parse_user_status(*status);
  if (auto sound = body.status(); !sound) return std::move(sound).error();
  return change;
}

// What only an administrator decides: how much an account may use, and whether it may.
Status may_change(const Principal& who, const AccountChange& change) {
  if (who.admin) return Unit{};
  const auto forbidden = [](const std::string& what) {
    return Error{.code = Errc::forbidden,
                 .message = "Only an administrator may change the " + what + " of an account"};
  };
  if (change.concurrency_limit) return forbidden("concurrency_limit");
  if (change.status) return forbidden("status");
  return Unit{};
}

class AccountRoutes {
 public:
  AccountRoutes(const JobParts& parts, const JobOptions& options)
      : parts_(parts), options_(options) {}

  // A job an account.
  Result<Reply> generate(const Request& request, const Principal& who) const {
    auto parsed = http::parse_body(request);
    if (!parsed) return std::move(parsed).error();
    http::BodyReader body(*parsed);
    const auto count = body.required_int("count", {.least = 1, .most = most_accounts});
    jobs::NewJob job{.owner_user_id = owner_of(who), .priority = read_priority(body)};
    const auto username = read_username(body);
    if (auto sound = body.status(); !sound) return std::move(sound).error();
    std::vector<jobs::NewJob> wanted(static_cast<std::size_t>(count), job);
    for (std::size_t i = 0; username && i < wanted.size(); ++i)
      wanted[i].username = count == 1 ? *username : *username + "-" + std::to_string(i + 1);
    return create(request, who, wanted, [](sql::Connection&, std::vector<std::string> ids) {
      const auto message =
          ids.size() == 1 ? "1 job was created" : std::to_string(ids.size()) + " jobs were created";
      return json(201, types::GeneratedJobs{.job_ids = std::move(ids), .message = message});
    });
  }

  // One job for all of them.
  Result<Reply> add(const Request& request, const Principal& who) const {
    auto parsed = http::parse_body(request);
    if (!parsed) return std::move(parsed).error();
    http::BodyReader body(*parsed);
    const auto count = body.optional_int("count", {.most = most_accounts});
    jobs::NewJob job{.owner_user_id = owner_of(who),
                     .username = read_username(body),
                     .units = std::max<std::int64_t>(1, count.value_or(1)),
                     .priority = jobs::Priority::low};
    if (auto sound = body.status(); !sound) return std::move(sound).error();
    return create(
        request, who, {job}, [](sql::Connection& connection, const std::vector<std::string>& ids) {
          const auto made = jobs::JobStore(connection).find(ids.front());
          return json(201, types::JobAnswer{.message = "1 job was created", .job = to_wire(*made)});
        });
  }

  Result<Reply> list(const Request& request, const Principal& who) const {
    const auto limit = http::query_int(request, "limit", page_size, page_range);
    const auto offset = http::query_int(request, "offset", 0);
    const auto status = http::query_enum(request, "status", {"active", "suspended", "banned"});
    if (!limit) return limit.error();
    if (!offset) return offset.error();
    if (!status) return status.error();
    jobs::AccountFilter filter{.owner_user_id = owner_of(who), .limit = *limit, .offset = *offset};
    if (*status) filter.status = domain::parse_user_status(**status);
    filter.username = request.query_value("username");
    filter.job_id = request.query_value("job_id");
    for (const auto& [name, text] :
         {std::pair("username", &filter.username), std::pair("job_id", &filter.job_id)}) {
      if (*text && has_control_characters(**text))
        return http::invalid_field("query", name, "control characters are not permitted");
    }
    return parts_.database.read([&](sql::Connection& connection) -> Result<Reply> {
      jobs::AccountStore accounts(connection);
      if (filter.job_id && !has_been(connection, *filter.job_id, who)) {
        return Error{.code = Errc::not_found, .message = "Job not found"};
      }
      types::AccountPage page;
      for (const auto& row : accounts.list(filter))
        page.data.push_back(to_wire(row));
      page.pagination = {.limit = *limit,
                         .offset = *offset,
                         .total = accounts.count(filter),
                         .count = static_cast<std::int64_t>(page.data.size())};
      return json(200, page);
    });
  }

  Result<Reply> get(const Request& request, const Principal& who) const {
    const auto id = http::path_int(request, "account_id");
    if (!id) return id.error();
    return parts_.database.read([&](sql::Connection& connection) -> Result<Reply> {
      const auto account = jobs::AccountStore(connection).find(*id, owner_of(who));
      if (!account) return no_such_account();
      return json(200, types::AccountAnswer{.message = {}, .account = to_wire(*account)});
    });
  }

  Result<Reply> update(const Request& request, const Principal& who) const {
    const auto id = http::path_int(request, "account_id");
    if (!id) return id.error();
    auto parsed = http::parse_body(request);
    if (!parsed) return std::move(parsed).error();
    const auto change = read_change(*parsed);
    if (!change) return change.error();
    return change_account(request, who, *id, *change, "account.update");
  }

  // Its rows stay, its keys are refused and its bots are stopped.
  Result<Reply> remove(const Request& request, const Principal& who) const {
    const auto id = http::path_int(request, "account_id");
    if (!id) return id.error();
    AccountChange ban;
    ban.status = UserStatus::banned;
    return change_account(request, who, *id, ban, "account.delete");
  }

 private:
  using Answer = std::function<Reply(sql::Connection&, std::vector<std::string>)>;

  Result<Reply> create(const Request& request,
                       const Principal& who,
                       const std::vector<jobs::NewJob>& wanted,
                       const Answer& answer) const {
    const auto asks = who.admin ? "admin" : "user " + std::to_string(who.user_id);
    const auto key = IdempotencyKey::of(request, asks + " POST " + request.path);
    if (!key) return key.error();
    auto reply = create_once(
        parts_.database, parts_.clock, *key, [&](sql::Connection& connection) -> Result<Reply> {
          const auto now = parts_.clock.now_ms();
          const auto counted =
              count_generate_request(connection, who, options_.generate_limit, now);
          if (!counted) return counted.error();
          if (auto may = may_own(connection, who, wanted); !may) return std::move(may).error();
          auto ids = jobs::JobStore(connection)
                         .create(wanted, jobs::rules_now(connection, options_.rules), now);
          audit(connection,
                request,
                who,
                {"job.create", "job " + ids.front(), std::to_string(ids.size()) + " jobs"},
                now);
          return answer(connection, std::move(ids));
        });
    if (!reply) return reply;
    parts_.wake();
    parts_.feed.wake();
    return reply;
  }

  // REQUIRES: the user's row is locked.
  Status may_own(sql::Connection& connection,
                 const Principal& who,
                 const std::vector<jobs::NewJob>& wanted) const {
    if (who.admin) return Unit{};
    if (jobs::has_owner(connection, who.user_id)) {
      return Error{.code = Errc::forbidden,
                   .message = "An account that a user asked for may not ask for accounts"};
    }
    std::int64_t more = 0;
    for (const auto& job : wanted)
      more += job.units;
    return jobs::check_room(connection, who.user_id, more, options_.account_limit);
  }

  Result<Reply> change_account(const Request& request,
                               const Principal& who,
                               std::int64_t id,
                               const AccountChange& change,
                               const std::string& action) const {
    const bool by_delete = action == "account.delete";
    auto reply = parts_.database.write([&](sql::Connection& connection) -> Result<Reply> {
      jobs::AccountStore accounts(connection);
      const auto account = accounts.find(id, owner_of(who));
      if (!account) return no_such_account();
      if (auto may = by_delete ? Status(Unit{}) : may_change(who, change); !may) {
        return std::move(may).error();
      }
      if (change.username && !accounts.rename(id, *change.username)) {
        return Error{.code = Errc::conflict,
                     .message = "The username " + *change.username + " is taken"};
      }
      store::UserStore(connection)
          .update(id, {.max_concurrent_bots = change.concurrency_limit, .status = change.status});
      if (change.status) jobs::restrict_accounts(connection, id, *change.status);
      const auto note = change.status ? std::string(domain::to_string(*change.status)) : "";
      audit(connection,
            request,
            who,
            {action, "account " + std::to_string(id), note},
            parts_.clock.now_ms());
      const auto changed = accounts.find(id);
      const std::string done = by_delete ? " was banned, its keys are refused" : " was changed";
      return json(200,
                  types::AccountAnswer{.message = "Account " + changed->username + done,
                                       .account = to_wire(*changed)});
    });
    if (!reply || change.status != UserStatus::banned) return reply;
    // No key of them starts another one.
    auto banned = parts_.database.read(
        [&](sql::Connection& connection) { return jobs::accounts_of_owner(connection, id); });
    banned.push_back(id);
    for (const auto user : banned) {
      const auto stopped = parts_.lifecycle.stop_all_of_user(user);
      if (!stopped) return stopped.error();
    }
    return reply;
  }

  const JobParts parts_;
  const JobOptions options_;
};

}  // namespace

void add_account_routes(http::Router& router, const JobParts& parts, const JobOptions& options) {
  const auto bound = methods_of(std::make_shared<AccountRoutes>(parts, options));
  const auto accounted_for = [&](const std::string& action, auto method) {
    return accounted_for_admins(parts.database, parts.clock, action, subject_of, bound(method));
  };
  router.add({"POST",
              "/api/accounts/generate",
              Access::either,
              accounted_for("job.create", &AccountRoutes::generate),
              "Have accounts made, with a job for each"});
  router.add({"POST",
              "/api/accounts",
              Access::either,
              accounted_for("job.create", &AccountRoutes::add),
              "Have accounts made by one job"});
  router.add({"GET",
              "/api/accounts",
              Access::either,
              bound(&AccountRoutes::list),
              "List accounts, the newest first, 20 unless a limit is given; all, or the one of a "
              "username, or those that a job has made"});
  router.add({"GET",
              "/api/accounts/{account_id}",
              Access::either,
              bound(&AccountRoutes::get),
              "Show an account"});
  router.add({"PUT",
              "/api/accounts/{account_id}",
              Access::either,
              accounted_for("account.update", &AccountRoutes::update),
              "Change an account's username, limit or status"});
  router.add({"DELETE",
              "/api/accounts/{account_id}",
              Access::either,
              accounted_for("account.delete", &AccountRoutes::remove),
              "Ban an account: its keys are refused and its bots stopped"});
}

}  // namespace bot::routes
