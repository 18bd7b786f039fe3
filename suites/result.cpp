#include "suites/result.hpp"

#include <algorithm>

#include "base/time_format.hpp"

namespace bot::suites {

using types::Json;

std::string_view name_of(CheckStatus status) {
  switch (status) {
    case CheckStatus::passed:
      return "passed";
    case CheckStatus::failed:
      return "failed";
    case CheckStatus::skipped:
      return "skipped";
  }
  return "failed";
}

CheckStatus SuiteResult::status() const {
  const auto has = [this](CheckStatus wanted) {
    return std::any_of(checks.begin(), checks.end(), [wanted](const CheckResult& check) {
      return check.status == wanted;
    });
  };
  if (has(CheckStatus::failed)) return CheckStatus::failed;
  return has(CheckStatus::passed) ? CheckStatus::passed : CheckStatus::skipped;
}

namespace {

void add(Totals& totals, CheckStatus status) {
  if (status == CheckStatus::passed) ++totals.passed;
  if (status == CheckStatus::failed) ++totals.failed;
  if (status == CheckStatus::skipped) ++totals.skipped;
}

Json as_json(const Totals& totals) {
  return Json{{"passed", totals.passed}, {"failed", totals.failed}, {"skipped", totals.skipped}};
}

}  // namespace

Totals count(const RunResult& run) {
  Totals totals;
  for (const auto& suite : run.suites) {
    for (const auto& check : suite.checks)
      add(totals, check.status);
  }
  return totals;
}

Totals count_suites(const RunResult& run) {
  Totals totals;
  for (const auto& suite : run.suites)
    add(totals, suite.status());
  return totals;
}

void to_json(Json& json, const ExchangeRecord& exchange) {
  json = Json{{"method", exchange.method},
              {"target", exchange.target},
              {"status", exchange.status},
              {"duration_ms", static_cast<double>(exchange.duration_us) / 1000.0},
              {"request_id", exchange.request_id}};
  if (!exchange.request_body.empty()) json["request_body"] = exchange.request_body;
  if (!exchange.response_body.empty()) json["response_body"] = exchange.response_body;
  if (!exchange.error.empty()) json["error"] = exchange.error;
}

void to_json(Json& json, const CheckResult& check) {
  json = Json{{"id", check.id},
              {"title", check.title},
              {"promise", check.promise},
              {"status", name_of(check.status)},
              {"reason", check.reason},
              {"expected", check.expected},
              {"observed", check.observed},
              {"started_at", format_time(check.started_at)},
              {"duration_ms", check.duration_ms},
              {"exchanges", check.exchanges}};
  if (check.exchanges_omitted > 0) json["exchanges_omitted"] = check.exchanges_omitted;
  if (!check.details.is_null()) json["details"] = check.details;
}

// The suite's number is no `id`: ids are those of checks.
void to_json(Json& json, const SuiteResult& suite) {
  json = Json{{"number", suite.number},
              {"title", suite.title},
              {"round", suite.round},
              {"status", name_of(suite.status())},
              {"started_at", format_time(suite.started_at)},
              {"duration_ms", suite.duration_ms},
              {"checks", suite.checks},
              {"leftovers", suite.leftovers},
              {"notes", suite.notes}};
}

void to_json(Json& json, const RunResult& run) {
  json = Json{{"run_id", run.run_id},
              {"server", run.server},
              {"server_version", run.server_version},
              {"environment", run.environment},
              {"botctl_version", run.tool_version},
              {"started_at", format_time(run.started_at)},
              {"duration_ms", run.duration_ms},
              {"interrupted", run.interrupted},
              {"totals", as_json(count(run))},
              {"suites", run.suites}};
}

}  // namespace bot::suites
