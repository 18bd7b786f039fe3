#include "suites/report/wording.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/unicode.hpp"

namespace bot::suites::report {

namespace {

constexpr std::size_t shown_exchanges = 4;

}  // namespace

std::string heading(const RunResult& run, const SuiteResult& suite) {
  const bool rounds = std::any_of(
      run.suites.begin(), run.suites.end(), [](const SuiteResult& s) { return s.round > 1; });
  return "Test Suite " + std::to_string(suite.number) + ": " + suite.title +
         (rounds ? " [round " + std::to_string(suite.round) + "]" : "");
}

std::string_view verdict_word(CheckStatus status) {
  switch (status) {
    case CheckStatus::passed:
      return "PASS";
    case CheckStatus::failed:
      return "FAIL";
    case CheckStatus::skipped:
      return "SKIP";
  }
  return "FAIL";
}

std::string overall(const RunResult& run) {
  const auto totals = count(run);
  if (totals.failed > 0) {
    return std::to_string(totals.failed) + (totals.failed == 1 ? " CHECK" : " CHECKS") + " FAILED";
  }
  if (run.interrupted) return "INTERRUPTED";
  return totals.passed > 0 ? "ALL TESTS PASSED" : "NO CHECK PASSED";
}

std::string closing_line(const RunResult& run) {
  const auto totals = count(run);
  return std::to_string(totals.passed) + " passed, " + std::to_string(totals.failed) + " failed, " +
         std::to_string(totals.skipped) + " skipped";
}

std::string line_of(const ExchangeRecord& exchange) {
  std::array<char, 32> time{};
  std::snprintf(
      time.data(), time.size(), "%.1f ms", static_cast<double>(exchange.duration_us) / 1000.0);
  const auto answer =
      exchange.status == 0 ? "no answer: " + exchange.error : std::to_string(exchange.status);
  return escape_for_terminal(exchange.method + " " + exchange.target + " -> " + answer + " in ") +
         time.data();
}

std::vector<std::string> last_exchanges(const CheckResult& check) {
  std::vector<std::string> lines;
  const auto total = check.exchanges.size();
  const auto from = total > shown_exchanges ? total - shown_exchanges : 0;
  for (auto i = from; i < total; ++i)
    lines.push_back(line_of(check.exchanges[i]));
  return lines;
}

std::string span_text(std::int64_t ms) {
  constexpr std::int64_t second = 1000;
  if (ms < second) return std::to_string(ms) + " ms";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f s", static_cast<double>(ms) / 1000.0);
  return text.data();
}

}  // namespace bot::suites::report
