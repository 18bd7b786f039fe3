#include "server/routes/api_errors.hpp"

#include <gtest/gtest.h>

#include "server/http/error_reply.hpp"
#include "server/http/validation.hpp"

namespace bot::routes {
namespace {

TEST(ApiErrors, AreOfTheReferencesFormUnderApiOnly) {
  const auto error = http::error_reply({.code = Errc::not_found, .message = "Job not found"});
  EXPECT_EQ(shape_api_error("/api/jobs/x", error).body,
            R"({"success":false,"error":"Job not found"})");
  EXPECT_EQ(shape_api_error("/bots", error).body, error.body);
  EXPECT_EQ(shape_api_error("/apis", error).body, error.body);
}

TEST(ApiErrors, SayEverythingThatIsWrongWithARequestIn400) {
  const auto error = http::error_reply(
      http::invalid({{.loc = {"body", "count"}, .msg = "bad"}, {.loc = {"body"}, .msg = "worse"}}));
  const auto shaped = shape_api_error("/api/jobs", error);
  EXPECT_EQ(shaped.status, 400);
  EXPECT_EQ(shaped.body, R"({"success":false,"error":"count: bad; worse"})");
}

TEST(ApiErrors, SayWhenToComeBack) {
  const auto error = http::error_reply(
      {.code = Errc::rate_limited, .message = "too often", .retry_after_seconds = 7});
  EXPECT_EQ(shape_api_error("/api/accounts/generate", error).body,
            R"({"success":false,"error":"Rate limit exceeded","message":"too often",)"
            R"("retry_after_seconds":7})");
}

TEST(ApiErrors, LeaveWhatIsNoErrorOfOursAsItIs) {
  const http::Reply text{.status = 404, .body = "no JSON"};
  EXPECT_EQ(shape_api_error("/api/x", text).body, "no JSON");
}

}  // namespace
}  // namespace bot::routes
