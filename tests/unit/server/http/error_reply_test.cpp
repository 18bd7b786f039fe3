#include "server/http/error_reply.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace bot::http {
namespace {

using nlohmann::json;

TEST(ErrorReply, GivesEachCodeItsStatus) {
  struct Case {
    Errc code;
    int status;
  };
  for (const auto& [code, status] : {Case{Errc::invalid_argument, 422},
                                     Case{Errc::malformed_request, 400},
                                     Case{Errc::unauthenticated, 401},
                                     Case{Errc::forbidden, 403},
                                     Case{Errc::not_found, 404},
                                     Case{Errc::method_not_allowed, 405},
                                     Case{Errc::conflict, 409},
                                     Case{Errc::payload_too_large, 413},
                                     Case{Errc::unsupported_media, 415},
                                     Case{Errc::limit_reached, 429},
                                     Case{Errc::rate_limited, 429},
                                     Case{Errc::unavailable, 503},
                                     Case{Errc::unreachable, 503},
                                     Case{Errc::timeout, 504},
                                     Case{Errc::protocol, 502},
                                     Case{Errc::server_error, 502},
                                     Case{Errc::cancelled, 503},
                                     Case{Errc::pending, 409},
                                     Case{Errc::inconclusive, 500},
                                     Case{Errc::partial, 500},
                                     Case{Errc::failed, 500},
                                     Case{Errc::internal, 500}}) {
    const auto reply = error_reply({.code = code, .message = "what went wrong"});

    EXPECT_EQ(reply.status, status) << name_of(code);
    EXPECT_EQ(reply.content_type, "application/json");
    const auto detail = json::parse(reply.body).at("detail");
    EXPECT_EQ(detail, status == 500 ? "Internal Server Error" : "what went wrong");
    EXPECT_EQ(reply.header("Retry-After"), status == 429 || status == 503 ? "1" : "");
  }
}

TEST(ErrorReply, PrefersTheFullDetail) {
  const auto reply = error_reply(
      {.code = Errc::invalid_argument, .message = "short", .detail_json = R"([{"msg":"long"}])"});

  EXPECT_EQ(reply.body, R"({"detail":[{"msg":"long"}]})");
}

TEST(ErrorReply, SaysHowLongToWait) {
  const auto after = [](Errc code, int seconds) {
    return std::string(error_reply({.code = code, .message = "m", .retry_after_seconds = seconds})
                           .header("Retry-After"));
  };

  EXPECT_EQ(after(Errc::rate_limited, 30), "30");
  EXPECT_EQ(after(Errc::unavailable, 0), "1");
  EXPECT_EQ(after(Errc::conflict, 5), "5");
}

TEST(ErrorReply, DoesNotPassOnWhatAnotherServerAnswered) {
  EXPECT_EQ(error_reply({.code = Errc::not_found, .message = "m", .http_status = 500}).status, 404);
}

TEST(ErrorReply, NamesTheMethodsThatWork) {
  const auto reply = method_not_allowed({"GET", "HEAD"});

  EXPECT_EQ(reply.status, 405);
  EXPECT_EQ(reply.header("allow"), "GET, HEAD");
  EXPECT_EQ(reply.body, R"({"detail":"Method Not Allowed"})");
}

TEST(Reply, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(detail_reply(400, "a\xFF").body, "{\"detail\":\"a\xEF\xBF\xBD\"}");
}

TEST(Reply, HasNoBodyForNoContent) {
  EXPECT_EQ(no_content().status, 204);
  EXPECT_EQ(no_content().body, "");
}

}  // namespace
}  // namespace bot::http
