#include <algorithm>

#include "base/unicode.hpp"
#include "suites/report/reports.hpp"
#include "suites/report/wording.hpp"

namespace bot::suites::report {

namespace {

constexpr std::size_t verdict_column = 44;  // at least

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size() + 1), ' ');
  return text;
}

void add_evidence(std::string& out, const CheckResult& check) {
  out += "FAIL " + check.id + " " + check.title + "\n";
  out += "     promise:  " + check.promise + "\n";
  out += "     reason:   " + escape_for_terminal(check.reason) + "\n";
  for (const auto& line : last_exchanges(check))
    out += "     exchange: " + line + "\n";
}

void add_failures(std::string& out, const RunResult& run) {
  for (const auto& suite : run.suites) {
    for (const auto& check : suite.checks) {
      if (check.status != CheckStatus::failed) continue;
      out += "\n";
      add_evidence(out, check);
    }
  }
}

void add_skips(std::string& out, const RunResult& run) {
  std::string lines;
  for (const auto& suite : run.suites) {
    for (const auto& check : suite.checks) {
      if (check.status != CheckStatus::skipped) continue;
      lines +=
          "SKIP " + check.id + " " + check.title + ": " + escape_for_terminal(check.reason) + "\n";
    }
  }
  if (!lines.empty()) out += "\n" + lines;
}

void add_remarks(std::string& out, const RunResult& run) {
  std::string lines;
  for (const auto& suite : run.suites) {
    for (const auto& left : suite.leftovers)
      lines += "LEFT BEHIND " + escape_for_terminal(left) + "\n";
    for (const auto& note : suite.notes)
      lines += "NOTE " + escape_for_terminal(note) + "\n";
  }
  if (!lines.empty()) out += "\n" + lines;
}

}  // namespace

std::string text(const RunResult& run) {
  std::string out;
  std::size_t column = verdict_column;
  for (const auto& suite : run.suites)
    column = std::max(column, heading(run, suite).size() + 2);
  for (const auto& suite : run.suites) {
    out += padded(heading(run, suite), column);
    out += verdict_word(suite.status());
    out += "\n";
  }
  add_failures(out, run);
  add_skips(out, run);
  add_remarks(out, run);
  out += "\nOVERALL RESULT: " + overall(run) + "\n";
  out += closing_line(run) + "\n";
  return out;
}

std::string json(const RunResult& run) {
  return types::Json(run).dump(2, ' ', false, types::Json::error_handler_t::replace) + "\n";
}

}  // namespace bot::suites::report
