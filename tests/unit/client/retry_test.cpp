#include "client/http/retry.hpp"

#include <gtest/gtest.h>

#include <string>

namespace bot::client {
namespace {

bool repeats(const std::string& method, Result<HttpResponse> answer) {
  return may_repeat(HttpRequest{.method = method, .target = "/x"}, answer);
}

Error failure(Errc code, bool sent) {
  return Error{.code = code, .message = "x", .outcome_unknown = sent};
}

TEST(Retry, AReadIsRepeatedAfterAPassingRefusal) {
  for (const int status : {429, 502, 503, 504}) {
    EXPECT_TRUE(repeats("GET", HttpResponse{.status = status})) << status;
    for (const auto* method : {"POST", "PUT", "PATCH", "DELETE"}) {
      EXPECT_FALSE(repeats(method, HttpResponse{.status = status})) << method << status;
    }
  }
}

TEST(Retry, NothingIsRepeatedAfterAnAnswerThatWillStay) {
  for (const int status : {200, 400, 401, 403, 404, 409, 422, 500}) {
    EXPECT_FALSE(repeats("GET", HttpResponse{.status = status})) << status;
  }
}

TEST(Retry, AnythingIsRepeatedWhenNoConnectionWasOpened) {
  for (const auto* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    EXPECT_TRUE(repeats(method, failure(Errc::unreachable, false))) << method;
  }
}

TEST(Retry, OnlyAReadIsRepeatedAfterALostAnswer) {
  EXPECT_TRUE(repeats("GET", failure(Errc::unreachable, true)));
  EXPECT_TRUE(repeats("GET", failure(Errc::protocol, true)));
  for (const auto* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    EXPECT_FALSE(repeats(method, failure(Errc::unreachable, true))) << method;
    EXPECT_FALSE(repeats(method, failure(Errc::protocol, true))) << method;
  }
}

TEST(Retry, APassedDeadlineAndAnInterruptEndTheCall) {
  EXPECT_FALSE(repeats("GET", failure(Errc::timeout, true)));
  EXPECT_FALSE(repeats("GET", failure(Errc::cancelled, true)));
  EXPECT_FALSE(repeats("GET", failure(Errc::invalid_argument, false)));
}

TEST(RetryAfter, SecondsAreRead) {
  const auto read = [](const std::string& value) {
    return retry_after(HttpResponse{.status = 503, .headers = {{"retry-after", value}}});
  };
  EXPECT_EQ(read("3"), 3);
  EXPECT_EQ(read(" 0 "), 0);
  EXPECT_EQ(read("99999999999"), 86'400);
  EXPECT_EQ(read("-1"), std::nullopt);
  EXPECT_EQ(read("Sun, 21 Nov 2026 21:05:07 GMT"), std::nullopt);
  EXPECT_EQ(retry_after(HttpResponse{.status = 503}), std::nullopt);
}

TEST(IsCreate, OnlyWhatMakesSomethingNewIs) {
  const auto create = [](const std::string& method, const std::string& target) {
    return is_create(HttpRequest{.method = method, .target = target});
  };
  EXPECT_TRUE(create("POST", "/bots"));
  EXPECT_TRUE(create("POST", "/bots?x=1"));
  EXPECT_TRUE(create("POST", "/admin/users"));
  EXPECT_TRUE(create("POST", "/admin/users/3/tokens"));
  EXPECT_TRUE(create("POST", "/api/accounts"));
  EXPECT_TRUE(create("POST", "/api/accounts/generate"));
  EXPECT_TRUE(create("POST", "/api/jobs/import"));
  EXPECT_FALSE(create("POST", "/api/jobs/7/retry"));
  EXPECT_FALSE(create("GET", "/bots"));
  EXPECT_FALSE(create("POST", "/admin/meetings/3/stop"));
  EXPECT_FALSE(create("PUT", "/bots/zoom/1/config"));
}

}  // namespace
}  // namespace bot::client
