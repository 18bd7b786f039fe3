// How a check comes to its verdict: it states what it expects beside what it saw, step by step.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "suites/result.hpp"

namespace bot::suites {

struct Outcome {
  CheckStatus status = CheckStatus::failed;
  std::string expected = {};
  std::string observed = {};
  std::string reason = {};
  types::Json details = nullptr;
};

Outcome skipped(std::string reason);

// Collects the expectations of one check. The check passes when all held; otherwise the first that
// did not is its reason. `observed` describes what was seen, in both cases.
class Evidence {
 public:
  // Returns `held`, so that a check can stop at what makes the rest meaningless.
  bool that(bool held, std::string expected, std::string observed);
  // Nothing came back, or nothing that can be understood.
  void missing(const Error& error, std::string expected);

  void attach(types::Json details) { details_ = std::move(details); }
  // Leaves what passed so far as a skip: for a foreign server that lacks the means.
  Outcome skipped_because(std::string reason) &&;
  Outcome outcome() &&;

 private:
  std::vector<std::string> expected_;
  std::vector<std::string> observed_;
  std::string first_failure_;
  types::Json details_ = nullptr;
};

// "HTTP 429: Maximum concurrent bots limit reached (2)": an error in one sentence.
std::string describe(const Error& error);

}  // namespace bot::suites
