#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "suites/result.hpp"

namespace bot::suites::report {

// "Test Suite 4: Bot Configuration", with the round when there are several.
std::string heading(const RunResult& run, const SuiteResult& suite);

// "PASS", "FAIL", "SKIP".
std::string_view verdict_word(CheckStatus status);

// "ALL TESTS PASSED" or "N CHECKS FAILED".
std::string overall(const RunResult& run);

// "N passed, N failed, N skipped".
std::string closing_line(const RunResult& run);

// "POST /bots -> 201 in 3.4 ms", safe for a terminal.
std::string line_of(const ExchangeRecord& exchange);

// The last exchanges of a check, one line each: those that led to its verdict.
std::vector<std::string> last_exchanges(const CheckResult& check);

// "412 ms", "8.1 s".
std::string span_text(std::int64_t ms);

}  // namespace bot::suites::report
