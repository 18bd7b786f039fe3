// Whatever a server answers, each operation decodes it or says why not: no crash, no exception, no
// secret shown. The first two bytes choose the status, the third the headers, the rest is the body.
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/time_format.hpp"
#include "base/unicode.hpp"
#include "client/http/origin.hpp"
#include "client/http/redact.hpp"
#include "client/http/refusal.hpp"
#include "client/ops/all.hpp"
#include "tests/fuzz/promise.hpp"

namespace bot::fuzz {
namespace {

using namespace bot::client;

// 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z; an offset can lead out of them.
constexpr UnixMillis first_of_four_digit_years = -62'167'219'200'000;
constexpr UnixMillis last_of_four_digit_years = 253'402'300'799'999;

void check(const Error& error) {
  require(!error.message.empty(), "an error says why");
  require(!has_control_characters(error.message), "an error is one printable line", error.message);
}

template <typename Op>
void decode(const HttpResponse& answer) {
  const auto decoded = Op::decode(answer);
  if (!decoded) check(decoded.error());
}

template <typename... Ops>
void decode_as_each(const HttpResponse& answer) {
  (decode<Ops>(answer), ...);
}

void decode_as_all(const HttpResponse& answer) {
  decode_as_each<ClearWebhook,
                 ConfigureBot,
                 CreateToken,
                 CreateUser,
                 DeleteMeeting,
                 DeleteUser,
                 FindUser,
                 GetBotCommand,
                 GetBotsStatus,
                 GetHealth,
                 GetIdentity,
                 GetMetrics,
                 GetReady,
                 GetTimeline,
                 GetTranscript,
                 GetUser,
                 GetVersion,
                 GetWebhook>(answer);
  decode_as_each<ListAllMeetings,
                 ListBotCommands,
                 ListBots,
                 ListDeliveries,
                 ListMeetings,
                 ListTokens,
                 ListUsers,
                 RevokeToken,
                 SetWebhook,
                 StartBot,
                 StopBot,
                 StopMeeting,
                 UpdateMeeting,
                 UpdateUser>(answer);
}

void check_redaction(const std::string& text) {
  const std::string secret = "a-secret-that-was-told";
  Redactor redactor;
  redactor.add_secret(secret);
  for (const auto& shown : {redactor.body(text), redactor.text(text), redactor.target(text)})
    require(shown.find(secret) == shown.npos, "a known secret is never shown", shown);
}

void check_origin(const std::string& text) {
  const auto origin = parse_origin(text);
  if (!origin) return check(origin.error());
  const auto again = parse_origin(origin->text());
  require(again && *again == *origin, "an origin is read back as it was written", origin->text());
}

void check_times(const std::string& text) {
  const auto read = parse_time(text);
  if (!read || *read < first_of_four_digit_years || *read > last_of_four_digit_years) return;
  require(parse_time(format_time(*read)) == read, "a time is read back as it was written", text);
}

HttpResponse read_answer(const std::uint8_t* data, std::size_t size) {
  HttpResponse answer{.status = 200 + (data[0] * 256 + data[1]) % 400,
                      .body = std::string(data + 3, data + size)};
  if ((data[2] & 1) != 0) answer.headers.emplace_back("Content-Type", "text/html");
  if ((data[2] & 2) != 0) {
    for (const auto* name : {"Retry-After", "Location", "X-Request-Id"})
      answer.headers.emplace_back(name, answer.body.substr(0, answer.body.find('\n')));
  }
  return answer;
}

}  // namespace
}  // namespace bot::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bot::fuzz;
  if (size < 3) return 0;
  const auto answer = read_answer(data, size);
  if (const auto refusal = refusal_of(answer)) check(*refusal);
  decode_as_all(answer);
  check_redaction(answer.body);
  check_origin(answer.body);
  check_times(answer.body);
  return 0;
}
