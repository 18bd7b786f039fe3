// The texts of requests that have a grammar of their own: each is read or refused with a sentence,
// and what was read is read again as the same.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "server/bots/callback_forms.hpp"
#include "server/domain/email.hpp"
#include "server/domain/meeting_address.hpp"
#include "server/domain/speech.hpp"
#include "server/http/redaction.hpp"
#include "server/http/validation.hpp"
#include "server/routes/stored_json.hpp"
#include "server/webhooks/target.hpp"
#include "tests/fuzz/promise.hpp"

namespace bot::fuzz {
namespace {

void check_sentence(std::string_view sentence) {
  require(!sentence.empty(), "a refusal says why");
}

void check_problem(const std::optional<std::string>& problem) {
  if (problem) check_sentence(*problem);
}

void check_durations(const std::string& text) {
  for (const auto& read : {parse_duration(text), parse_duration_or_seconds(text)}) {
    if (!read) {
      check_sentence(read.error().message);
      continue;
    }
    require(*read >= Millis{0}, "a duration is not negative", text);
    const auto again = parse_duration(format_duration(*read));
    require(again && *again == *read, "a duration is read back as it was written", text);
  }
}

void check_emails(const std::string& text) {
  const auto email = domain::normal_email(text);
  if (!email) return;
  require(domain::normal_email(*email) == *email, "an address that was normalised stays", text);
}

void check_meeting_ids(const std::string& text) {
  for (const auto platform : domain::platforms) {
    const auto lenient = domain::native_id_problem(platform, text, domain::IdRule::lenient);
    const auto strict = domain::native_id_problem(platform, text, domain::IdRule::strict);
    check_problem(lenient);
    check_problem(strict);
    check_problem(domain::passcode_problem(platform, text));
    require(strict || !lenient, "what the strict rule takes the lenient one takes too", text);
    require(strict.has_value() != domain::meeting_url(platform, text).has_value(),
            "an id in the platform's own form has an address, and no other",
            text);
  }
  check_problem(domain::language_problem(text));
  check_problem(domain::task_problem(text));
  check_problem(domain::languages_problem({text}));
}

void check_webhook_targets(const std::string& text) {
  using webhooks::PrivateTargets;
  const auto any = webhooks::validate_webhook_url(text, PrivateTargets::allowed);
  const auto checked = webhooks::validate_webhook_url(text, PrivateTargets::refused);
  if (!checked) check_sentence(checked.error().message);
  require(any || !checked, "a target that is public has the form of a target", text);
  if (!any) return;
  require(!any->host.empty() && any->port != 0, "a target has a host and a port", text);
  require(!has_control_characters(any->host), "a host's name is printable", text);
  webhooks::is_private_address(any->host);
}

void check_targets(const std::string& text) {
  http::Request request;
  http::set_target(request, text);
  request.query_value("wait");
  const auto safe = http::redact_target(text);
  require(http::redact_target(safe) == safe, "what is redacted stays", text);
  require(percent_decode(percent_encode(text)) == text, "an encoded text is decoded as it was");
  require(is_valid_utf8(to_valid_utf8(text)), "what was made valid UTF-8 is");
}

void check_callbacks(const std::string& text) {
  http::Request request;
  request.body = text;
  const auto body = http::parse_body(request);
  if (!body) return check_sentence(body.error().message);
  for (const auto* word :
       {"status_change", "lifecycle", "status", "started", "joined", "exited", "dancing"}) {
    const auto report = bots::decode_report(word, *body);
    if (!report) check_sentence(report.error().message);
  }
  if (const auto segments = bots::decode_segments(*body)) {
    for (const auto& segment : *segments)
      require(segment.start >= 0 && segment.start <= segment.end, "a segment ends after its start");
  }
}

void check_stored(const std::string& text) {
  const auto stored = routes::stored_text(text);
  require(nlohmann::json::accept(stored.text), "what is passed on as stored is JSON", text);
}

}  // namespace
}  // namespace bot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bot::fuzz;
  const std::string text(data, data + size);
  check_durations(text);
  check_emails(text);
  check_meeting_ids(text);
  check_webhook_targets(text);
  check_targets(text);
  check_callbacks(text);
  check_stored(text);
  return 0;
}
