// The tree of one smoke run: run, suites, checks. Every report is a view of it, and to_json writes
// it whole. All text in it is free of the secrets of the run (suites/redactor.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "client/types/json.hpp"

namespace bot::suites {

enum class CheckStatus { passed, failed, skipped };

// "passed", "failed", "skipped".
std::string_view name_of(CheckStatus status);

// One HTTP exchange that a check made. `status` 0: there was no answer, `error` says why.
struct ExchangeRecord {
  std::string method;
  std::string target;
  int status = 0;
  std::int64_t duration_us = 0;
  std::string request_id = {};
  std::string request_body = {};
  std::string response_body = {};  // bounded by the client library
  std::string error = {};

  bool operator==(const ExchangeRecord&) const = default;
};

// `details` is what a machine may want beside the sentences: the history of a race, for instance.
// null when there is nothing.
struct CheckResult {
  std::string id;
  std::string title;
  std::string promise;
  CheckStatus status = CheckStatus::skipped;
  std::string reason = {};    // why it failed or was skipped; empty when it passed
  std::string expected = {};  // what the promise asks for
  std::string observed = {};  // what was seen
  UnixMillis started_at = 0;
  std::int64_t duration_ms = 0;
  std::vector<ExchangeRecord> exchanges = {};
  std::size_t exchanges_omitted = 0;  // of a long poll, from the middle
  types::Json details = nullptr;
};

struct SuiteResult {
  int number = 0;
  std::string title;
  int round = 1;  // of --repeat
  UnixMillis started_at = 0;
  std::int64_t duration_ms = 0;
  std::vector<CheckResult> checks = {};
  std::vector<std::string> leftovers = {};  // what could not be removed, one sentence each
  std::vector<std::string> notes = {};      // what the reader should know and is no verdict

  // failed when a check failed, skipped when none passed, else passed.
  CheckStatus status() const;
};

struct RunResult {
  std::string run_id;
  std::string server;
  std::string server_version = {};  // empty when the server does not tell
  std::string environment = {};     // staging, production, …: as the caller named it
  std::string tool_version = {};
  UnixMillis started_at = 0;
  std::int64_t duration_ms = 0;
  bool interrupted = false;
  std::vector<SuiteResult> suites = {};
};

struct Totals {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t skipped = 0;

  std::size_t all() const { return passed + failed + skipped; }
};

// Counts checks, over all suites and rounds.
Totals count(const RunResult& run);
// Counts suites, by SuiteResult::status.
Totals count_suites(const RunResult& run);

void to_json(types::Json& json, const ExchangeRecord& exchange);
void to_json(types::Json& json, const CheckResult& check);
void to_json(types::Json& json, const SuiteResult& suite);
void to_json(types::Json& json, const RunResult& run);

}  // namespace bot::suites
