#include "suites/race/socket_gate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>

#include "suites/race/checker.hpp"
#include "suites/race/history.hpp"
#include "tests/fakes/client/loopback_server.hpp"
#include "tests/fakes/suites/seat_server.hpp"

namespace bot::suites::race {
namespace {

using Care = SeatServer::Care;
using Speech = SeatServer::Speech;
using Connections = SeatServer::Connections;

constexpr std::size_t burst_size = 16;
constexpr Millis patience{10'000};

std::vector<client::HttpRequest> requests(std::size_t count) {
  return std::vector<client::HttpRequest>(
      count, {.method = "POST", .target = "/bots", .body = R"({"platform":"google_meet"})"});
}

std::unique_ptr<SocketGate> gate_for(const SeatServer& server) {
  return std::make_unique<SocketGate>(*client::parse_origin(server.origin()), server.ca_file());
}

std::size_t accepted(const Burst& burst) {
  return static_cast<std::size_t>(std::count_if(
      burst.shots.begin(), burst.shots.end(), [](const Shot& shot) { return shot.status == 201; }));
}

History history_of(const Burst& burst, std::size_t seats) {
  History history{.limit = seats};
  for (std::size_t i = 0; i < burst.shots.size(); ++i) {
    const auto& shot = burst.shots[i];
    history.ops.push_back({.meeting = "m" + std::to_string(i),
                           .invoked_us = shot.invoked_us,
                           .completed_us = shot.completed_us,
                           .outcome = shot.status == 201 ? OpOutcome::ok : OpOutcome::refused});
  }
  return history;
}

TEST(SocketGate, CatchesAServerThatChecksAndTakesInTwoSteps) {
  const SeatServer server(2, Care::racy);
  const auto burst = gate_for(server)->release(requests(burst_size), patience);
  ASSERT_TRUE(burst) << burst.error().message;
  EXPECT_GT(accepted(*burst), 2U);
  EXPECT_FALSE(violations(history_of(*burst, 2)).empty());
}

TEST(SocketGate, FindsNothingWrongWithAServerThatIsExact) {
  const SeatServer server(2, Care::exact);
  const auto burst = gate_for(server)->release(requests(burst_size), patience);
  ASSERT_TRUE(burst) << burst.error().message;
  EXPECT_EQ(accepted(*burst), 2U);
  EXPECT_EQ(violations(history_of(*burst, 2)), std::vector<std::string>{});
}

TEST(SocketGate, KeepsEveryRequestIncompleteUntilItOpens) {
  const SeatServer server(2, Care::exact);
  const auto burst = gate_for(server)->release(requests(burst_size), patience);
  ASSERT_TRUE(burst);
  const auto first = burst->shots.front().invoked_us;
  ASSERT_EQ(server.arrivals().size(), burst_size);
  for (const auto arrival : server.arrivals())
    EXPECT_GE(arrival, first);
  for (const auto& shot : burst->shots) {
    EXPECT_GE(shot.completed_us, shot.invoked_us);
    EXPECT_LE(shot.invoked_us - first, burst->release_spread_us);
  }
}

TEST(SocketGate, UsesItsConnectionsForSeveralBursts) {
  const SeatServer server(40, Care::exact);
  const auto gate = gate_for(server);
  for (const std::size_t expected : {16U, 16U, 8U}) {
    const auto burst = gate->release(requests(burst_size), patience);
    ASSERT_TRUE(burst) << burst.error().message;
    EXPECT_EQ(accepted(*burst), expected);
  }
}

TEST(SocketGate, GoesOnWithAServerThatClosesAfterEachAnswer) {
  const SeatServer server(40, Care::exact, Speech::plain, Connections::closed_after_each);
  const auto gate = gate_for(server);
  for (int i = 0; i < 2; ++i) {
    const auto burst = gate->release(requests(burst_size), patience);
    ASSERT_TRUE(burst) << burst.error().message;
    EXPECT_EQ(accepted(*burst), burst_size);
  }
}

TEST(SocketGate, SpeaksTlsWithTheLastRecordHeldBack) {
  const SeatServer server(2, Care::racy, Speech::tls);
  const auto burst = gate_for(server)->release(requests(burst_size), patience);
  ASSERT_TRUE(burst) << burst.error().message;
  EXPECT_GT(accepted(*burst), 2U);
  const auto first = burst->shots.front().invoked_us;
  for (const auto arrival : server.arrivals())
    EXPECT_GE(arrival, first);
}

TEST(SocketGate, RefusesACertificateThatNobodyVouchesFor) {
  const SeatServer server(2, Care::exact, Speech::tls);
  SocketGate gate(*client::parse_origin(server.origin()), "");
  const auto burst = gate.release(requests(2), patience);
  ASSERT_FALSE(burst);
  EXPECT_EQ(burst.error().code, Errc::unreachable);
}

TEST(SocketGate, SaysWhenNobodyListens) {
  std::string origin;
  {
    const SeatServer server(1, Care::exact);
    origin = server.origin();
  }
  SocketGate gate(*client::parse_origin(origin), "");
  const auto burst = gate.release(requests(2), patience);
  ASSERT_FALSE(burst);
  EXPECT_EQ(burst.error().code, Errc::unreachable);
}

TEST(SocketGate, OpensNoConnectionOnceItIsCancelled) {
  using Server = client::LoopbackServer;
  Server silent;
  silent.script({.bytes = "", .then = Server::Then::hang});
  std::stop_source cancel;
  cancel.request_stop();
  SocketGate gate(*client::parse_origin(silent.origin()), "", cancel.get_token());
  const auto burst = gate.release(requests(1), Millis{60'000});
  ASSERT_FALSE(burst);
  EXPECT_EQ(burst.error().code, Errc::cancelled);
}

TEST(SocketGate, WaitsForNoAnswerOnceItIsCancelled) {
  using Server = client::LoopbackServer;
  Server server;
  server.script({.bytes = Server::http(200, "{}")});
  server.script({.bytes = "", .then = Server::Then::hang});
  std::stop_source cancel;
  SocketGate gate(*client::parse_origin(server.origin()), "", cancel.get_token());
  const std::jthread interrupter([&](const std::stop_token& over) {
    while (server.requests().size() < 2 && !over.stop_requested())
      std::this_thread::yield();
    cancel.request_stop();
  });
  const auto burst = gate.release(requests(1), Millis{60'000});
  ASSERT_TRUE(burst) << burst.error().message;
  EXPECT_EQ(burst->shots[0].status, 0);
  EXPECT_EQ(burst->shots[0].error, "interrupted");
}

TEST(SocketGate, CountsWhatIsInFlightAtTheSameTime) {
  const auto shot = [](std::int64_t from, std::int64_t to) {
    return Shot{.invoked_us = from, .completed_us = to};
  };
  EXPECT_EQ(most_in_flight({shot(0, 10), shot(5, 20), shot(12, 15), shot(30, 40)}), 2U);
}

}  // namespace
}  // namespace bot::suites::race
