#include "server/http/dispatcher.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "base/fault.hpp"
#include "base/trace.hpp"

namespace bot::http {
namespace {

// A dispatcher with one route for each thing that can happen, and what its hooks were told.
class DispatcherTest : public ::testing::Test {
 protected:
  Reply ask(std::string_view target, std::string method = "GET", std::string id = "id-1") {
    Request request;
    request.method = std::move(method);
    request.request_id = std::move(id);
    request.peer_address = "10.0.0.1";
    set_target(request, target);
    return dispatcher_.handle_sync(std::move(request));
  }

  static Router routes() {
    Router router;
    const auto add = [&router](std::string pattern, Access access, auto handler) {
      router.add({.method = "GET",
                  .pattern = std::move(pattern),
                  .access = access,
                  .handler = std::move(handler)});
    };
    add("/echo/{text}", Access::open, [](const Request& request, const Principal&) {
      return Result<Reply>(json_reply(200, request.param("text") + request.request_id));
    });
    add("/whoami", Access::user, [](const Request&, const Principal& principal) {
      return Result<Reply>(json_reply(200, std::to_string(principal.user_id)));
    });
    add("/meeting", Access::open, [](const Request&, const Principal&) -> Result<Reply> {
      trace_meeting(42);
      return Error{.code = Errc::conflict, .message = "for " + current_trace().request_id};
    });
    add("/fault", Access::open, [](const Request&, const Principal&) -> Result<Reply> {
      throw std::runtime_error("the disk burns");
    });
    add("/strange", Access::open, [](const Request&, const Principal&) -> Result<Reply> {
      throw 5;  // NOLINT: what no handler should do
    });
    add("/unavailable", Access::open, [](const Request&, const Principal&) -> Result<Reply> {
      throw Unavailable("the database refused SELECT 1: disk I/O error", "try again");
    });
    add("/later", Access::open, [](const Request&, const Principal&, const Responder& respond) {
      std::thread([respond] {
        respond(json_reply(202, "{}"));
        respond(json_reply(500, "{}"));
      }).detach();
    });
    add("/never", Access::open, [](const Request&, const Principal&, const Responder&) {});
    add("/async-fault", Access::open, [](const Request&, const Principal&, const Responder&) {
      throw Unavailable("not now");
    });
    add("/afterwards/{what}",
        Access::open,
        [](const Request& request, const Principal&, const Responder& respond) {
          respond(Error{.code = Errc::not_found, .message = "no such thing"});
          if (request.param("what") == "away") throw Unavailable("the log is away");
          throw std::runtime_error("the log is broken");
        });
    add("/bots/internal/callback/{secret}/exited",
        Access::bot,
        [](const Request&, const Principal&) { return Result<Reply>(no_content()); });
    return router;
  }

  DispatcherHooks hooks() {
    return {.authenticate = [](const Request& request, Access) -> Result<Principal> {
              if (request.query == "key") return Principal{.user_id = 7};
              return Error{.code = Errc::unauthenticated, .message = "Missing API token"};
            },
            .on_access = [this](const AccessRecord& record) { records_.push_back(record); },
            .on_unavailable = [this](const AccessRecord&,
                                     std::string_view what) { away_.emplace_back(what); },
            .on_fault = [this](const AccessRecord&,
                               std::string_view what) { faults_.emplace_back(what); }};
  }

  std::vector<AccessRecord> records_;
  std::vector<std::string> away_;
  std::vector<std::string> faults_;
  Dispatcher dispatcher_{routes(), hooks()};
};

TEST_F(DispatcherTest, RunsTheHandlerAndNamesTheRequest) {
  const auto reply = ask("/echo/hello");

  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "helloid-1");
  EXPECT_EQ(reply.header("X-Request-Id"), "id-1");
}

TEST_F(DispatcherTest, MakesAnIdWhereThereIsNone) {
  EXPECT_NE(ask("/echo/hello", "GET", "").header("X-Request-Id"), "");
}

TEST_F(DispatcherTest, AnswersUnknownPathsAndMethods) {
  EXPECT_EQ(ask("/nope").status, 404);
  EXPECT_EQ(ask("/nope").body, R"({"detail":"Not Found"})");
  const auto wrong = ask("/whoami", "POST");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("Allow"), "GET, HEAD");
}

TEST_F(DispatcherTest, RefusesTargetsThatAreNotEncodedUtf8) {
  for (const std::string_view target :
       {"/echo/%zz", "/echo/%FF", "/echo/%", "/echo/%C3", "/echo/a?x=%FF", "/echo/a?x=%4"}) {
    EXPECT_EQ(ask(target).status, 400) << target;
  }
}

TEST_F(DispatcherTest, AsksForTheKeyAfterTheRouteIsKnown) {
  EXPECT_EQ(ask("/whoami").status, 401);
  EXPECT_EQ(ask("/whoami").body, R"({"detail":"Missing API token"})");
  EXPECT_EQ(ask("/whoami?key").body, "7");
  EXPECT_EQ(ask("/whoami", "DELETE").status, 405);
}

TEST_F(DispatcherTest, LetsNobodyInWithoutAnAuthenticator) {
  const Dispatcher bare(routes(), {});
  Request request;
  request.method = "GET";
  set_target(request, "/whoami?key");

  EXPECT_EQ(bare.handle_sync(std::move(request)).status, 401);
}

TEST_F(DispatcherTest, AnswersFaultsWithoutTheirWords) {
  const auto reply = ask("/fault");

  EXPECT_EQ(reply.status, 500);
  EXPECT_EQ(reply.body, R"({"detail":"Internal Server Error"})");
  EXPECT_EQ(reply.header("X-Request-Id"), "id-1");
  EXPECT_EQ(faults_, std::vector<std::string>{"the disk burns"});
  EXPECT_EQ(ask("/strange").status, 500);
}

TEST_F(DispatcherTest, TellsFaultsThatPassFromBugs) {
  const auto full = ask("/unavailable");
  EXPECT_EQ(full.status, 503);
  EXPECT_EQ(full.header("Retry-After"), "1");
  EXPECT_EQ(ask("/async-fault").status, 503);
  EXPECT_TRUE(faults_.empty());
}

TEST_F(DispatcherTest, TellsTheClientLessThanTheLogOfWhatIsAway) {
  EXPECT_EQ(ask("/unavailable").body, R"({"detail":"try again"})");
  EXPECT_EQ(ask("/async-fault").body, R"({"detail":"not now"})");
  EXPECT_EQ(away_,
            (std::vector<std::string>{"the database refused SELECT 1: disk I/O error", "not now"}));
}

TEST_F(DispatcherTest, KeepsAnAnswerWhateverIsThrownAfterItAndTellsOfThat) {
  EXPECT_EQ(ask("/afterwards/away").status, 404);
  EXPECT_EQ(ask("/afterwards/broken").status, 404);

  EXPECT_EQ(away_, std::vector<std::string>{"the log is away"});
  EXPECT_EQ(faults_, std::vector<std::string>{"the log is broken"});
  EXPECT_EQ(records_.size(), 2U);
}

TEST_F(DispatcherTest, TakesTheFirstAnswerFromAnyThread) {
  EXPECT_EQ(ask("/later").status, 202);
}

TEST_F(DispatcherTest, AnswersForAHandlerThatForgets) {
  EXPECT_EQ(ask("/never").status, 500);
  ASSERT_EQ(faults_.size(), 1U);
}

TEST_F(DispatcherTest, RecordsEachRequestOnceAndWithoutSecrets) {
  ask("/bots/internal/callback/s3cr3t/exited");
  ask("/bots/internal/callback/s3cr3t/nonsense?api_key=k3y");
  ask("/whoami?key");

  ASSERT_EQ(records_.size(), 3U);
  EXPECT_EQ(records_[0].pattern, "/bots/internal/callback/{secret}/exited");
  EXPECT_EQ(records_[0].target, "/bots/internal/callback/***/exited");
  EXPECT_EQ(records_[0].status, 204);
  EXPECT_EQ(records_[0].request_id, "id-1");
  EXPECT_EQ(records_[0].peer_address, "10.0.0.1");
  EXPECT_EQ(records_[1].pattern, "");
  EXPECT_EQ(records_[1].target, "/bots/internal/callback/***/nonsense?api_key=***");
  EXPECT_EQ(records_[1].status, 404);
  EXPECT_EQ(records_[2].principal.user_id, 7);
}

TEST_F(DispatcherTest, RecordsWhichMeetingARequestWasAboutAndWhyItWasRefused) {
  EXPECT_NE(ask("/meeting").body.find("for id-1"), std::string::npos);
  ask("/echo/x");

  ASSERT_EQ(records_.size(), 2U);
  EXPECT_EQ(records_[0].meeting_id, 42);
  EXPECT_EQ(records_[0].error, Errc::conflict);
  EXPECT_EQ(records_[1].meeting_id, 0);
  EXPECT_EQ(records_[1].error, std::nullopt);
  EXPECT_EQ(current_trace().request_id, "");
}

TEST_F(DispatcherTest, RecordsRefusalsOfTheListener) {
  Request request;
  request.method = "POST";
  set_target(request, "/echo/x");

  const auto reply = dispatcher_.refuse(request, detail_reply(413, "too large"));

  EXPECT_EQ(reply.status, 413);
  EXPECT_NE(reply.header("X-Request-Id"), "");
  ASSERT_EQ(records_.size(), 1U);
  EXPECT_EQ(records_[0].status, 413);
}

TEST_F(DispatcherTest, GuardsAStepThatThrows) {
  Request request;
  request.method = "GET";
  set_target(request, "/ws");

  const auto fault = dispatcher_.guard(request, []() -> Result<Reply> { throw Unavailable("x"); });
  const auto opened = dispatcher_.guard(request, []() -> Result<Reply> { return Reply{101}; });

  EXPECT_EQ(fault.status, 503);
  EXPECT_EQ(opened.status, 101);
  EXPECT_EQ(records_[1].pattern, "/ws");
}

}  // namespace
}  // namespace bot::http
