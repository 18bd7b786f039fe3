#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"
#include "base/time_format.hpp"
#include "base/unicode.hpp"
#include "suites/report/reports.hpp"
#include "suites/report/wording.hpp"

namespace bot::suites::report {

namespace {

// The seed's success criteria and the checks that show each.
struct Criterion {
  std::string_view text;
  std::vector<std::string> checks;
};

const std::vector<Criterion>& criteria() {
  static const std::vector<Criterion> all{
      {"All API endpoints work without breaking changes", {"7.1", "7.2", "6.2"}},
      {"Bot state transitions work correctly via callbacks", {"3.1", "3.2"}},
      {"Concurrent bot limits enforced via database transactions", {"2.3", "2.4", "5.3", "8.1"}},
      {"Redis used only for commands, not state storage", {"4.1", "4.2", "9.1"}},
      {"Background cleanup handles stale meetings", {"6.1"}},
      {"Database consistency maintained under concurrent load", {"8.1"}},
      {"Bot lifecycle management works end-to-end", {"5.1", "5.2", "10.1"}}};
  return all;
}

// Text from outside as text of Markdown: no line break, no markup.
std::string plain(std::string_view text) {
  std::string out;
  for (const char c : escape_for_terminal(text)) {
    if (std::string_view("\\`*_{}[]<>#|!").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) {
  return "`" + replace_all(escape_for_terminal(text), "`", "'") + "`";
}

std::vector<const CheckResult*> checks_with(const RunResult& run, CheckStatus status) {
  std::vector<const CheckResult*> found;
  for (const auto& suite : run.suites) {
    for (const auto& check : suite.checks) {
      if (check.status == status) found.push_back(&check);
    }
  }
  return found;
}

std::string header(const RunResult& run) {
  std::string out = "# Smoke Test Report - Refactored Bot State Management\n\n";
  out += "**Date:** " + format_time(run.started_at) + "\n";
  out += "**Environment:** " + (run.environment.empty() ? "not named" : plain(run.environment)) +
         " (" + plain(run.server) + ")\n";
  out += "**Version:** " +
         (run.server_version.empty() ? "not told by the server" : plain(run.server_version));
  if (!run.tool_version.empty()) out += ", tested with botctl " + plain(run.tool_version);
  return out + "\n**Run:** " + run.run_id + "\n";
}

std::string counted(std::size_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

std::string totals_line(std::string_view name, std::size_t suites, std::size_t checks) {
  return "- **" + std::string(name) + ":** " + counted(suites, "suite") + " (" +
         counted(checks, "check") + ")\n";
}

std::string summary(const RunResult& run) {
  const auto suites = count_suites(run);
  const auto checks = count(run);
  std::string out = "\n## Test Results Summary\n\n";
  out += totals_line("Total Tests", suites.all(), checks.all());
  out += totals_line("Passed", suites.passed, checks.passed);
  out += totals_line("Failed", suites.failed, checks.failed);
  out += totals_line("Skipped", suites.skipped, checks.skipped);
  out += "\n| Suite | Result | Passed | Failed | Skipped | Time |\n|--|--|--:|--:|--:|--:|\n";
  for (const auto& suite : run.suites) {
    const auto own = count(RunResult{.run_id = "", .server = "", .suites = {suite}});
    out += "| " + heading(run, suite) + " | " + std::string(verdict_word(suite.status())) + " | " +
           std::to_string(own.passed) + " | " + std::to_string(own.failed) + " | " +
           std::to_string(own.skipped) + " | " + span_text(suite.duration_ms) + " |\n";
  }
  return out;
}

std::string success_criteria(const RunResult& run) {
  std::string out = "\n## Success Criteria\n\n| Criterion | Result | Checks |\n|--|--|--|\n";
  for (const auto& criterion : criteria()) {
    SuiteResult shown;
    std::vector<std::string> words;
    for (const auto& suite : run.suites) {
      for (const auto& check : suite.checks) {
        const auto& ids = criterion.checks;
        if (std::find(ids.begin(), ids.end(), check.id) == ids.end()) continue;
        shown.checks.push_back(check);
        words.push_back(check.id + " " + std::string(name_of(check.status)));
      }
    }
    const bool whole =
        std::all_of(criterion.checks.begin(),
                    criterion.checks.end(),
                    [&](const std::string& id) {
                      return std::any_of(shown.checks.begin(),
                                         shown.checks.end(),
                                         [&](const auto& check) { return check.id == id; });
                    }) &&
        std::none_of(shown.checks.begin(), shown.checks.end(), [](const auto& check) {
          return check.status == CheckStatus::skipped;
        });
    const auto status = shown.status();
    const auto* result = status == CheckStatus::failed ? "not met"
                         : whole                       ? "met"
                                                       : "not shown in full";
    out += "| " + std::string(criterion.text) + " | " + result + " | " +
           (words.empty() ? "none was run" : join(words, ", ")) + " |\n";
  }
  return out;
}

std::string finding(const CheckResult& check) {
  std::string out =
      "- **" + check.id + " " + check.title + "** failed: " + plain(check.reason) + "\n";
  out += "  - Promise: " + check.promise + "\n";
  out += "  - Expected: " + plain(check.expected) + "\n";
  out += "  - Observed: " + plain(check.observed) + "\n";
  for (const auto& line : last_exchanges(check))
    out += "  - " + code(line) + "\n";
  return out;
}

std::string findings(const RunResult& run) {
  std::string out = "\n## Key Findings\n\n";
  const auto failed = checks_with(run, CheckStatus::failed);
  if (failed.empty()) out += "- No check failed.\n";
  for (const auto* check : failed)
    out += finding(*check);
  for (const auto* check : checks_with(run, CheckStatus::skipped)) {
    out += "- " + check->id + " " + check->title + " was skipped: " + plain(check->reason) + "\n";
  }
  for (const auto& suite : run.suites) {
    for (const auto& left : suite.leftovers)
      out += "- Left behind: " + plain(left) + "\n";
    for (const auto& note : suite.notes)
      out += "- " + plain(note) + "\n";
  }
  return out;
}

struct Latency {
  std::size_t requests = 0;
  std::int64_t median_us = 0;
  const ExchangeRecord* slowest = nullptr;
};

Latency latency_of(const RunResult& run) {
  Latency latency;
  std::vector<const ExchangeRecord*> answered;
  for (const auto& suite : run.suites) {
    for (const auto& check : suite.checks) {
      for (const auto& exchange : check.exchanges) {
        if (exchange.status != 0) answered.push_back(&exchange);
      }
    }
  }
  if (answered.empty()) return latency;
  latency.requests = answered.size();
  const auto quicker = [](const ExchangeRecord* one, const ExchangeRecord* other) {
    return one->duration_us < other->duration_us;
  };
  const auto middle = answered.begin() + static_cast<std::ptrdiff_t>(answered.size() / 2);
  std::nth_element(answered.begin(), middle, answered.end(), quicker);
  latency.median_us = (*middle)->duration_us;
  latency.slowest = *std::max_element(middle, answered.end(), quicker);
  return latency;
}

std::string performance(const RunResult& run) {
  std::string out = "\n### Performance\n\n- The run took " + span_text(run.duration_ms) + ".\n";
  const auto latency = latency_of(run);
  if (latency.slowest) {
    out += "- " + counted(latency.requests, "recorded request") + ", median " +
           std::to_string(latency.median_us / 1000) + " ms, slowest " +
           code(line_of(*latency.slowest)) + ".\n";
  }
  for (const auto& suite : run.suites) {
    for (const auto& check : suite.checks) {
      const bool timed = check.id == "3.1" || check.id == "5.2" || check.id == "8.1";
      if (!timed || check.status != CheckStatus::passed) continue;
      out += "- " + check.id + " (" + check.title + ", " + span_text(check.duration_ms) +
             "): " + plain(check.observed) + "\n";
    }
  }
  return out;
}

std::string recommendations(const RunResult& run) {
  const auto totals = count(run);
  std::string out = "\n## Recommendations\n\n";
  if (totals.failed > 0) {
    out += "- Not ready to deploy: " + counted(totals.failed, "promise") + " broken.\n";
  } else if (run.interrupted || totals.passed == 0) {
    out += "- No verdict: the run is incomplete.\n";
  } else {
    out += "- Ready to deploy, as far as these checks reach.\n";
  }
  if (totals.skipped > 0) {
    out += "- " + counted(totals.skipped, "check") +
           " skipped: see the reasons above, and run them where they can be "
           "(`botctl smoke --spawn-server` runs all).\n";
  }
  return out;
}

std::string next_steps(const RunResult& run) {
  const auto failed = checks_with(run, CheckStatus::failed);
  std::string out = "\n## Next Steps\n\n";
  if (!failed.empty()) {
    std::vector<std::string> ids;
    ids.reserve(failed.size());
    for (const auto* check : failed)
      ids.push_back("--check " + check->id);
    out += "- Mend what failed, then repeat `botctl smoke " + join(ids, " ") + "`.\n";
    return out;
  }
  out += "- Deploy, and run `botctl smoke` against the deployment.\n";
  out += "- Watch /metrics and the failed meetings of the first hours.\n";
  return out;
}

}  // namespace

std::string markdown(const RunResult& run) {
  return header(run) + summary(run) + success_criteria(run) + findings(run) + performance(run) +
         recommendations(run) + next_steps(run);
}

}  // namespace bot::suites::report
