// Whatever a server answers, each operation decodes it or says why not: no crash, no exception. The
// first two bytes choose the status, the third the content type, the rest is the body.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/unicode.hpp"
#include "client/http/redact.hpp"
#include "client/http/refusal.hpp"
#include "client/ops/all.hpp"

namespace {

using namespace bot::client;

void require(bool promise) {
  if (!promise) std::abort();
}

void check(const bot::Error& error) {
  require(!error.message.empty());
  require(!bot::has_control_characters(error.message));
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

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 3) return 0;
  const std::string body(data + 3, data + size);
  HttpResponse answer{.status = 200 + (data[0] * 256 + data[1]) % 400, .body = body};
  if (data[2] % 2 == 1) answer.headers.emplace_back("Content-Type", "text/html");

  Redactor().body(body);
  if (const auto refusal = refusal_of(answer)) check(*refusal);
  decode_as_each<GetHealth,
                 GetVersion,
                 GetIdentity,
                 ListUsers,
                 GetUser,
                 CreateUser,
                 DeleteUser,
                 ListTokens,
                 RevokeToken,
                 ListMeetings,
                 StartBot,
                 GetBotsStatus,
                 StopBot,
                 ListBotCommands,
                 GetTimeline,
                 GetTranscript,
                 GetWebhook,
                 ListDeliveries>(answer);
  return 0;
}
