#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/exit_code.hpp"
#include "client/dialect.hpp"
#include "client/health.hpp"
#include "client/ops/get_identity.hpp"
#include "client/ops/get_version.hpp"
#include "client/ops/list_meetings.hpp"
#include "client/ops/list_users.hpp"

namespace bot::cli {
namespace {

// What was looked at, how it is, and what to do about it.
struct Finding {
  std::string check;
  std::string result;  // ok, failed, skipped
  std::string detail;
  std::string fix = {};
  Errc code = Errc::internal;  // of what failed
};

Finding failed(const std::string& check, const Error& error) {
  return {check, "failed", error.message, error.hint, error.code};
}

Finding look_at_version(Context& context) {
  const auto version = context.run(client::GetVersion{});
  if (version) return {"version", "ok", version->version};
  if (version.error().code == Errc::not_found) {
    return {"version", "skipped", "the server does not tell its version"};
  }
  return failed("version", version.error());
}

std::string whose(const types::Identity& identity) {
  if (identity.admin) return "the administrator";
  std::string text =
      identity.email.value_or("user " + std::to_string(identity.user_id.value_or(0)));
  if (identity.expires_at) text += ", until " + *identity.expires_at;
  return text;
}

// A key is tried on what it is for: GET /auth/me tells whose it is, and where a server does not
// have that, a list tells at least that it is accepted.
Finding look_at_api_key(Context& context) {
  const auto& source = context.settings().api_key;
  if (source.empty()) return {"api key", "skipped", "none is set"};
  // Its access is `either`, which takes the user's key where there is one.
  const auto identity = context.run(client::GetIdentity{});
  if (identity) return {"api key", "ok", "from " + source.name + ": " + whose(*identity)};
  if (identity.error().code != Errc::not_found) return failed("api key", identity.error());
  const auto list = context.run(client::ListMeetings{.limit = 1});
  if (!list) return failed("api key", list.error());
  return {"api key", "ok", "from " + source.name + ": accepted"};
}

Finding look_at_admin_key(Context& context, const client::Dialect& dialect) {
  const auto& source = context.settings().admin_key;
  if (source.empty()) return {"admin key", "skipped", "none is set"};
  if (dialect.admin_api == client::Dialect::AdminApi::elsewhere) {
    return {"admin key",
            "skipped",
            "the server serves no /admin",
            "name the address of its admin API with --server"};
  }
  const auto users = context.run(client::ListUsers{.skip = 0, .limit = 1});
  if (!users) return failed("admin key", users.error());
  return {"admin key", "ok", "from " + source.name + ": accepted"};
}

Result<types::Health> health_of(Context& context) {
  auto client = context.connect(client::Access::none);
  if (!client) return client.error();
  auto limits = context.exchange_limits();
  if (!limits) return limits.error();
  return client::check_health(**client, *limits);
}

Result<client::Dialect> dialect_of(Context& context, const types::Health& health) {
  auto client = context.connect(client::Access::none);
  if (!client) return client.error();
  auto limits = context.exchange_limits();
  if (!limits) return limits.error();
  return client::find_dialect(**client, health, *limits);
}

Finding finding_of(const Result<client::Dialect>& dialect) {
  if (!dialect) return failed("generation", dialect.error());
  const bool known = dialect->generation != client::Generation::unknown;
  return {"generation", known ? "ok" : "skipped", client::describe(*dialect)};
}

void look_at_service(Context& context,
                     const types::Health& health,
                     std::vector<Finding>& findings) {
  findings.push_back({"health", "ok", health.service.value_or(health.status)});
  const auto dialect = dialect_of(context, health);
  findings.push_back(finding_of(dialect));
  findings.push_back(look_at_version(context));
  findings.push_back(look_at_api_key(context));
  findings.push_back(look_at_admin_key(context, dialect ? *dialect : client::Dialect()));
}

Record record_of_finding(const Finding& finding) {
  const auto style = finding.result == "ok"       ? Style::green
                     : finding.result == "failed" ? Style::red
                                                  : Style::dim;
  types::Json json = {
      {"check", finding.check}, {"result", finding.result}, {"detail", finding.detail}};
  if (!finding.fix.empty()) json["fix"] = finding.fix;
  return {.cells = {{finding.check}, {finding.result, style}, {finding.detail}, {finding.fix}},
          .json = json,
          .id = finding.check};
}

Status run(const Arguments&, Context& context) {
  const auto& settings = context.settings();
  std::vector<Finding> findings;
  findings.push_back({"server", "ok", settings.server + " (from " + settings.server_from + ")"});
  std::optional<Error> first;
  const auto health = health_of(context);
  if (health) {
    look_at_service(context, *health, findings);
  } else {
    first = health.error();
    findings.push_back(failed("health", *first));
  }
  std::vector<Record> records;
  std::vector<Errc> failures;
  for (const auto& finding : findings) {
    if (finding.result == "failed") failures.push_back(finding.code);
    records.push_back(record_of_finding(finding));
  }
  context.output().list({{"CHECK", Shrinks::no}, {"RESULT", Shrinks::no}, {"DETAIL"}, {"FIX"}},
                        records);
  if (first) return *first;
  if (failures.empty()) return Unit{};
  return Error{.code = failures.front(),
               .message = std::to_string(failures.size()) + " of " +
                          std::to_string(findings.size()) + " findings need attention"};
}

}  // namespace

Command doctor() {
  return {.noun = "",
          .verb = "doctor",
          .summary = "Check the settings, the server and the keys",
          .description =
              "Says for each what was found, where it came from, and what to do; and of which "
              "generation the server is and what it does differently. Shows no key.",
          .examples = {{"botctl doctor", "why does it not work?"},
                       {"botctl doctor -o json | jq '.[] | select(.result == \"failed\")'",
                        "only what failed"}},
          .run = run};
}

}  // namespace bot::cli
