#include "suites/evidence.hpp"

#include "base/text.hpp"

namespace bot::suites {

std::string describe(const Error& error) {
  std::string text;
  if (error.http_status) text = "HTTP " + std::to_string(*error.http_status) + ": ";
  return text + error.message;
}

Outcome skipped(std::string reason) {
  return Outcome{.status = CheckStatus::skipped, .reason = std::move(reason)};
}

bool Evidence::that(bool held, std::string expected, std::string observed) {
  if (!held && first_failure_.empty()) {
    first_failure_ = "expected " + expected + ", observed " + observed;
  }
  expected_.push_back(std::move(expected));
  if (!observed.empty()) observed_.push_back(std::move(observed));
  return held;
}

void Evidence::missing(const Error& error, std::string expected) {
  that(false, std::move(expected), describe(error));
}

Outcome Evidence::skipped_because(std::string reason) && {
  auto outcome = skipped(std::move(reason));
  outcome.expected = join(expected_, "; ");
  outcome.observed = join(observed_, "; ");
  return outcome;
}

Outcome Evidence::outcome() && {
  return Outcome{.status = first_failure_.empty() ? CheckStatus::passed : CheckStatus::failed,
                 .expected = join(expected_, "; "),
                 .observed = join(observed_, "; "),
                 .reason = std::move(first_failure_),
                 .details = std::move(details_)};
}

}  // namespace bot::suites
