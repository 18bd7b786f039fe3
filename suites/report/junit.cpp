#include <array>
#include <cstdio>

#include "base/text.hpp"
#include "base/time_format.hpp"
#include "base/unicode.hpp"
#include "suites/report/reports.hpp"
#include "suites/report/wording.hpp"

namespace bot::suites::report {

namespace {

constexpr std::size_t longest_text = std::size_t{64} * 1024;

// XML 1.0 has no way to write most control characters.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : to_valid_utf8(text.substr(0, longest_text))) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          out += "\xEF\xBF\xBD";
        } else {
          out += c;
        }
    }
  }
  return out;
}

// At most three decimals: Jenkins' schema refuses more.
std::string seconds(std::int64_t ms) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", static_cast<double>(ms) / 1000.0);
  return text.data();
}

// YYYY-MM-DDTHH:MM:SS.
std::string timestamp(UnixMillis time) {
  constexpr std::size_t length = 19;
  return format_time(time).substr(0, length);
}

// name="value", with a space before it.
std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + xml(value) + '"';
}

std::string attribute(std::string_view name, std::size_t number) {
  return attribute(name, std::to_string(number));
}

std::string property(std::string_view name, const std::string& value) {
  return "      <property" + attribute("name", name) + attribute("value", value) + "/>\n";
}

std::string properties(const RunResult& run) {
  return "    <properties>\n" + property("botctl.version", run.tool_version) +
         property("server", run.server) + property("server.version", run.server_version) +
         property("environment", run.environment) + property("run.id", run.run_id) +
         "    </properties>\n";
}

std::string evidence(const CheckResult& check) {
  auto text = check.reason + "\nexpected: " + check.expected + "\nobserved: " + check.observed;
  for (const auto& line : last_exchanges(check))
    text += "\n" + line;
  return xml(text);
}

std::string test_case(const SuiteResult& suite, const CheckResult& check) {
  const auto round = suite.round > 1 ? " [round " + std::to_string(suite.round) + "]" : "";
  auto out = "    <testcase" + attribute("classname", "smoke." + suite.title) +
             attribute("name", check.id + " " + check.title + round) +
             attribute("time", seconds(check.duration_ms));
  if (check.status == CheckStatus::passed) return out + "/>\n";
  const auto message = attribute("message", check.reason);
  if (check.status == CheckStatus::skipped) {
    return out + "><skipped" + message + ">" + xml(check.reason) + "</skipped></testcase>\n";
  }
  return out + "><failure" + attribute("type", "PromiseBroken") + message + ">" + evidence(check) +
         "</failure></testcase>\n";
}

}  // namespace

std::string junit(const RunResult& run) {
  const auto totals = count(run);
  auto out = "<?xml" + attribute("version", "1.0") + attribute("encoding", "UTF-8") + "?>\n";
  out += "<testsuites" + attribute("name", "botctl smoke") + attribute("tests", totals.all()) +
         attribute("failures", totals.failed) + attribute("errors", "0") +
         attribute("time", seconds(run.duration_ms)) + ">\n";
  std::size_t index = 0;
  for (const auto& suite : run.suites) {
    const auto own = count(RunResult{.run_id = "", .server = "", .suites = {suite}});
    out += "  <testsuite" + attribute("name", heading(run, suite)) + attribute("id", index++) +
           attribute("package", "botctl.smoke") +
           attribute("timestamp", timestamp(suite.started_at)) + attribute("tests", own.all()) +
           attribute("failures", own.failed) + attribute("errors", "0") +
           attribute("skipped", own.skipped) + attribute("time", seconds(suite.duration_ms)) +
           ">\n";
    out += properties(run);
    for (const auto& check : suite.checks)
      out += test_case(suite, check);
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace bot::suites::report
