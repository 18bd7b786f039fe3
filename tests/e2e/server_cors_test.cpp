// --cors-origin, as a browser meets it.
#include <gtest/gtest.h>

#include "tests/e2e/server_botd.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::e2e {
namespace {

constexpr const char* page = "https://app.example";

http::RawReply ask(const Botd& server, const std::string& line, const std::string& headers) {
  http::RawClient client(server.port());
  return client.exchange(line + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n")
      .value_or(http::RawReply{});
}

std::string from(const std::string& origin) {
  return "Origin: " + origin + "\r\n";
}

const std::string asks_for_post = "Access-Control-Request-Method: POST\r\n";
const std::string upgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

TEST(CorsOrigin, LetsItsPagesIn) {
  const TempDir home;
  const Botd server(home / "botd", {.flags = {"--cors-origin", page}});
  const auto account = make_user(server, 1);

  const auto preflight = ask(server, "OPTIONS /bots", from(page) + asks_for_post);
  EXPECT_EQ(preflight.status, 204);
  EXPECT_EQ(preflight.header("Access-Control-Allow-Origin"), page);
  EXPECT_EQ(preflight.header("Access-Control-Allow-Methods"), "GET, HEAD, POST");
  const auto refused = ask(server, "GET /bots", from(page));
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(refused.header("Access-Control-Allow-Origin"), page);
  const auto served = ask(server, "GET /bots", from(page) + "X-API-Key: " + account.key + "\r\n");
  EXPECT_EQ(served.status, 200);
  EXPECT_EQ(served.header("Access-Control-Allow-Origin"), page);
  // Broken below the routes: the parser refuses it.
  const auto broken = ask(server, "POST /bots", from(page) + "Transfer-Encoding: odd\r\n");
  EXPECT_EQ(broken.status, 400);
  EXPECT_EQ(broken.header("Access-Control-Allow-Origin"), page);
}

TEST(CorsOrigin, KeepsOtherPagesAndTheAdminOut) {
  const TempDir home;
  const Botd server(home / "botd", {.flags = {"--cors-origin", page}});
  const auto account = make_user(server, 1);
  const auto key = "X-API-Key: " + account.key + "\r\n";

  const auto evil = ask(server, "OPTIONS /bots", from("https://evil.example") + asks_for_post);
  EXPECT_EQ(evil.status, 405);
  EXPECT_EQ(evil.header("Access-Control-Allow-Origin"), "");
  const auto admin = ask(server, "OPTIONS /admin/users", from(page) + asks_for_post);
  EXPECT_EQ(admin.status, 405);
  EXPECT_EQ(admin.header("Access-Control-Allow-Origin"), "");

  EXPECT_EQ(ask(server, "GET /ws", from("https://evil.example") + key + upgrade).status, 403);
  EXPECT_EQ(ask(server, "GET /ws", from(page) + key + upgrade).status, 101);
  EXPECT_EQ(ask(server, "GET /ws", from("http://localhost") + key + upgrade).status, 101);
  EXPECT_EQ(ask(server, "GET /ws", key + upgrade).status, 101);
}

TEST(CorsOrigin, IsOffUnlessSet) {
  const TempDir home;
  const Botd server(home / "botd", {});
  const auto preflight = ask(server, "OPTIONS /bots", from(page) + asks_for_post);
  EXPECT_EQ(preflight.status, 405);
  const auto health = ask(server, "GET /health", from(page));
  EXPECT_EQ(health.status, 200);
  for (const auto* reply : {&preflight, &health}) {
    EXPECT_EQ(reply->header("Access-Control-Allow-Origin"), "");
    EXPECT_EQ(reply->header("Vary"), "");
  }
}

}  // namespace
}  // namespace bot::e2e
