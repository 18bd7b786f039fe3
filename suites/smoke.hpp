// The smoke run: the one entry point of this library for the command `botctl smoke`.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "client/http/origin.hpp"
#include "suites/result.hpp"

namespace bot::suites {

// Called from the threads of the suites, never two at a time. What they are handed holds no secret.
struct Progress {
  std::function<void(const SuiteResult&)> suite_finished;
  std::function<void(const CheckResult&)> check_finished;
  std::function<void(const ExchangeRecord&)> exchange;  // each one, as it ends: for -v
  std::function<void(std::string_view)> note;  // one line, e.g. the address of a spawned server
};

// `suites` and `checks` are shell-style patterns: a suite matches by number ("2") or title, a check
// by id ("2.*"). None: all. What a selected check needs is run too.
struct SmokeOptions {
  std::string server;  // not used with spawn_server
  std::string admin_key;
  // Whether that key and those of the throw-away users may cross the network in clear.
  client::CleartextKeys cleartext_keys = client::CleartextKeys::refused;
  std::vector<std::string> suites = {};
  std::vector<std::string> checks = {};
  bool quick = false;          // the seed's quick run: create a bot, look at it, stop it
  bool fail_fast = false;      // start nothing new after the first failure
  bool keep = false;           // leave users, meetings and a spawned server's data for inspection
  double timeout_scale = 1.0;  // of every deadline; a real bot may need 60 s where ours needs 1
  int repeat = 1;
  std::size_t race_size = 32;  // requests in one burst, at least 3
  std::string environment = {};
  std::string tool_version = {};
  std::string ca_file = {};    // PEM bundle; empty: the system's
  bool spawn_server = false;   // run a private botd and remove it again
  std::string botd_path = {};  // empty: `botd` beside this program
  // What suites 8 and 9 look at behind the API, by botctl-probe; empty: not at that. They may hold
  // passwords. Not used with spawn_server, whose own file is looked at.
  std::string redis_url = {};
  std::string database_url = {};
  std::stop_token cancel = {};  // stops early; what was made is removed nevertheless
  Progress progress = {};
};

// Runs what is selected. Errors are what stands before the first check: not_found (nothing is
// selected), invalid_argument (options), unreachable, unauthenticated or protocol (not this
// service), timeout. Once a check has run the answer is a tree, also when interrupted.
Result<RunResult> run_smoke(const SmokeOptions& options);

struct CheckListing {
  std::string id;
  std::string title;
  std::string promise;
  std::vector<std::string> needs;
};

struct SuiteListing {
  int number = 0;
  std::string title;
  std::vector<CheckListing> checks;
};

// What run_smoke would run with these options; needs no server.
std::vector<SuiteListing> list_checks(const SmokeOptions& options);

// What a run amounts to; `leftover` is a run without failures that could not remove what it made.
enum class Verdict { passed, failed, leftover, interrupted };

Verdict verdict(const RunResult& run);

enum class ReportFormat { text, json, markdown, junit };

// "text", "json", "markdown", "junit"; nullopt for anything else.
std::optional<ReportFormat> parse_report_format(std::string_view name);

// The whole report, ending in a newline.
std::string render(const RunResult& run, ReportFormat format);

}  // namespace bot::suites
