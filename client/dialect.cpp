#include "client/dialect.hpp"

#include "base/text.hpp"

namespace bot::client {
namespace {

constexpr std::string_view our_service = "botd";
// What the gateways of 2025 say at GET /, and what that of 2026 calls itself at GET /health.
constexpr std::string_view greeting = "Welcome to the Vexa API Gateway";
constexpr std::string_view gateway = "gateway";

bool is_vexa(std::string_view service) {
  return service == greeting || service == gateway;
}

Dialect botd() {
  return {.generation = Generation::botd,
          .limit_refusals = {429},
          .key_refusals = {401},
          .states = {"reserved", "starting", "active", "stopping", "completed", "failed"}};
}

Dialect s1() {
  return {.generation = Generation::s1,
          .limit_refusals = {403},
          .key_refusals = {403},
          .states = {"requested", "joining", "awaiting_admission", "active", "completed", "failed"},
          .meeting_ids = Dialect::MeetingIds::platform_form,
          .stopping = Dialect::Stopping::not_stored,
          .running_bots = Dialect::RunningBots::name_containers};
}

Dialect s2() {
  auto dialect = s1();
  dialect.generation = Generation::s2;
  dialect.states.emplace_back("stopping");
  return dialect;
}

Dialect head() {
  return {.generation = Generation::head,
          .limit_refusals = {429},
          .key_refusals = {401, 403},
          .states = {"idle",
                     "scheduled",
                     "requested",
                     "joining",
                     "awaiting_admission",
                     "needs_help",
                     "needs_human_help",
                     "active",
                     "stopping",
                     "completed",
                     "failed"},
          .meeting_ids = Dialect::MeetingIds::platform_form,
          .stop_answer = Dialect::StopAnswer::state};
}

Result<int> status_without_key(const Client& client, std::string target, ExchangeOptions options) {
  options.refusals = Refusals::are_answers;
  auto answer = client.exchange({.target = std::move(target)}, Access::none, options);
  if (!answer) return std::move(answer).error();
  return answer->status;
}

}  // namespace

std::string_view name_of(Generation generation) {
  switch (generation) {
    case Generation::botd:
      return "botd";
    case Generation::s1:
      return "Vexa S1";
    case Generation::s2:
      return "Vexa S2";
    case Generation::head:
      return "Vexa HEAD";
    case Generation::unknown:
      return "unknown";
  }
  return "unknown";
}

Generation generation_of(const Observations& seen) {
  if (seen.service == our_service) return Generation::botd;
  if (!is_vexa(seen.service)) return Generation::unknown;
  if (seen.service == gateway || seen.without_key == 401) return Generation::head;
  // The gateways of 2025 answered 403; S2 brought the analytics.
  if (seen.without_key != 403) return Generation::unknown;
  if (seen.analytics == 404) return Generation::s1;
  const bool there = seen.analytics == 401 || seen.analytics == 403;
  return there ? Generation::s2 : Generation::unknown;
}

Dialect dialect_of(const Observations& seen) {
  switch (generation_of(seen)) {
    case Generation::botd:
      return botd();
    case Generation::s1:
      return s1();
    case Generation::s2:
      return s2();
    case Generation::head: {
      auto dialect = head();
      // Gone from the gateway in 0.12; up to 0.10 it was there.
      if (seen.analytics == 404) dialect.admin_api = Dialect::AdminApi::elsewhere;
      return dialect;
    }
    case Generation::unknown:
      return {};
  }
  return {};
}

Result<Dialect> find_dialect(const Client& client,
                             const types::Health& health,
                             const ExchangeOptions& options) {
  Observations seen{.service = health.service.value_or("")};
  if (!is_vexa(seen.service)) return dialect_of(seen);
  const auto without_key = status_without_key(client, "/bots/status", options);
  if (!without_key) return without_key.error();
  const auto analytics = status_without_key(client, "/admin/analytics/users", options);
  if (!analytics) return analytics.error();
  seen.without_key = *without_key;
  seen.analytics = *analytics;
  return dialect_of(seen);
}

std::string describe(const Dialect& dialect) {
  if (dialect.generation == Generation::botd) return std::string(name_of(dialect.generation));
  if (dialect.generation == Generation::unknown) {
    return "none that is known; its answers are taken as those of any would be";
  }
  std::vector<std::string> differences;
  if (dialect.limit_refusals != botd().limit_refusals) {
    differences.push_back("refuses with " + text_of(dialect.limit_refusals) + " over the limit");
  }
  if (dialect.meeting_ids == Dialect::MeetingIds::platform_form) {
    differences.emplace_back("takes only ids of the platform's form");
  }
  if (dialect.stopping == Dialect::Stopping::not_stored) {
    differences.emplace_back("shows no `stopping`");
  }
  if (dialect.running_bots == Dialect::RunningBots::name_containers) {
    differences.emplace_back("lists containers as running bots");
  }
  if (dialect.admin_api == Dialect::AdminApi::elsewhere) {
    differences.emplace_back("serves /admin at another address");
  }
  return std::string(name_of(dialect.generation)) + ": " + join(differences, ", ");
}

std::string text_of(const std::vector<int>& statuses) {
  std::vector<std::string> texts;
  texts.reserve(statuses.size());
  for (const auto status : statuses)
    texts.push_back(std::to_string(status));
  return join(texts, " or ");
}

}  // namespace bot::client
