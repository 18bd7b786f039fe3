#include "client/http/refusal.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bot::client {
namespace {

Error refusal(int status, const std::string& body, Headers headers = {}) {
  auto error =
      refusal_of(HttpResponse{.status = status, .headers = std::move(headers), .body = body});
  if (!error) {
    ADD_FAILURE() << status << " is no refusal";
    return {};
  }
  return *error;
}

struct Case {
  int status;
  std::string detail;
  Errc code;
};

TEST(Refusal, EachStatusHasItsCode) {
  const std::vector<Case> cases{
      {302, "x", Errc::protocol},
      {400, "No data provided for update.", Errc::failed},
      {401, "Missing API key", Errc::unauthenticated},
      {403, "Invalid API token", Errc::forbidden},
      {403, "User has reached the maximum concurrent bot limit (2).", Errc::limit_reached},
      {404, "User not found", Errc::not_found},
      {405, "Method Not Allowed", Errc::method_not_allowed},
      {409, "An active meeting already exists for zoom/1", Errc::conflict},
      {413, "too large", Errc::payload_too_large},
      {415, "not JSON", Errc::unsupported_media},
      {418, "teapot", Errc::failed},
      {422, "Invalid task 'x'", Errc::failed},
      {429, "Rate limit exceeded", Errc::rate_limited},
      {429, "Maximum concurrent bots limit reached (2)", Errc::limit_reached},
      {429, "User has reached the maximum concurrent bot limit (2).", Errc::limit_reached},
      {500, "Failed to update user.", Errc::server_error},
      {501, "no", Errc::server_error},
      {502, "upstream unreachable: ConnectError", Errc::unavailable},
      {503, "Service unavailable: ", Errc::unavailable},
      {504, "upstream timeout", Errc::unavailable},
  };
  for (const auto& [status, detail, code] : cases) {
    const auto error = refusal(status, R"({"detail":")" + detail + "\"}");
    EXPECT_EQ(name_of(error.code), name_of(code)) << status << " " << detail;
    EXPECT_EQ(error.http_status, status);
    if (status >= 400) {
      EXPECT_EQ(error.message, detail);
    }
  }
}

TEST(Refusal, ASuccessIsNone) {
  EXPECT_EQ(refusal_of(HttpResponse{.status = 200}), std::nullopt);
  EXPECT_EQ(refusal_of(HttpResponse{.status = 204}), std::nullopt);
}

TEST(Refusal, AListOfValidationErrorsIsReadAsText) {
  const std::string list =
      R"([{"loc":["body","native_meeting_id"],"msg":"field required","type":"value_error.missing"},)"
      R"({"loc":["body",3],"msg":"bad","type":"x"},{"msg":"alone"},7])";
  const auto error = refusal(422, R"({"detail":)" + list + "}");
  EXPECT_EQ(error.message, "body.native_meeting_id: field required; body.3: bad; alone; 7");
  EXPECT_EQ(error.detail_json, list);
}

TEST(Refusal, AnObjectDetailGivesItsMessage) {
  const auto failed_start = refusal(
      500, R"({"detail":{"status":"error","message":"Failed to start bot","meeting_id":4}})");
  EXPECT_EQ(failed_start.message, "Failed to start bot");
  EXPECT_EQ(failed_start.detail_json,
            R"({"status":"error","message":"Failed to start bot","meeting_id":4})");
  EXPECT_EQ(refusal(403, R"({"detail":{"code":"x","reason":"depleted"}})").message, "depleted");
  EXPECT_EQ(refusal(400, R"({"detail":{"a":1}})").message, R"({"a":1})");
  EXPECT_EQ(refusal(400, R"({"error":"bad thing"})").message, "bad thing");
}

TEST(Refusal, AnErrorBesideSuccessFalseIsReadLikeADetail) {
  const auto refused = refusal(400, R"({"success":false,"error":"count must be from 1 to 100"})");
  EXPECT_EQ(refused.message, "count must be from 1 to 100");
  EXPECT_EQ(refused.code, Errc::failed);
  EXPECT_EQ(refused.detail_json, "");

  const auto limited = refusal(
      429,
      R"({"success":false,"error":"Rate limit exceeded","message":"10 in 60 s are allowed",)"
      R"("retry_after_seconds":7})",
      {{"Retry-After", "7"}});
  EXPECT_EQ(limited.message, "Rate limit exceeded: 10 in 60 s are allowed");
  EXPECT_EQ(limited.code, Errc::rate_limited);
  EXPECT_EQ(limited.retry_after_seconds, 7);

  EXPECT_EQ(refusal(500, R"({"success":false,"error":{"a":1}})").detail_json,
            R"({"success":false,"error":{"a":1}})");
}

TEST(Refusal, ABodyThatIsNotJsonIsNamedAndBounded) {
  EXPECT_EQ(refusal(500, "Internal Server Error").message,
            "the server answered 500 with text: Internal Server Error");
  EXPECT_EQ(refusal(502, "<html><h1>Bad Gateway</h1>").message,
            "the server answered 502 with an HTML page");
  EXPECT_EQ(refusal(503, "").message, "the server answered 503 with an empty body");
  EXPECT_EQ(refusal(404, R"({"detail":"half)").message,
            R"(the server answered 404 with text: {"detail":"half)");
  EXPECT_LT(refusal(500, std::string(100'000, 'x')).message.size(), 300U);
}

TEST(Refusal, ServerTextCannotReachATerminal) {
  const auto error = refusal(400, "{\"detail\":\"a\\u001b[31m\\nb\"}");
  EXPECT_EQ(error.message.find('\x1b'), std::string::npos);
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
}

TEST(Refusal, RetryAfterAndRequestIdAreTold) {
  const auto error =
      refusal(429, R"({"detail":"slow"})", {{"retry-after", "7"}, {"x-request-id", "r-1"}});
  EXPECT_EQ(error.retry_after_seconds, 7);
  EXPECT_EQ(error.request_id, "r-1");
  EXPECT_EQ(error.hint, "try again in 7 s");
}

TEST(Refusal, ARedirectIsNamedAndNotFollowed) {
  const auto error = refusal(307, "", {{"Location", "https://elsewhere/"}});
  EXPECT_EQ(error.message, "the server answered 307 and points to https://elsewhere/");
  EXPECT_EQ(error.code, Errc::protocol);
}

TEST(Refusal, AnEmptyDetailIsSaidToGiveNoReason) {
  EXPECT_EQ(refusal(500, R"({"detail":""})").message, "the server answered 500 without a reason");
}

}  // namespace
}  // namespace bot::client
