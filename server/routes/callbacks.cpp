#include "base/duration.hpp"
#include "server/bots/callback_forms.hpp"
#include "server/http/validation.hpp"
#include "server/routes/methods_of.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;
using types::Json;

constexpr Millis longest_wait{30'000};

// {"status", "meeting_id", …} in the words of the generation that sends this callback
// (contract §2.3).
Reply report_reply(const std::string& word,
                   const bots::BotReport& report,
                   const bots::ReportOutcome& outcome) {
  const std::string state(domain::to_string(outcome.state));
  // Only the first generation says joined and status, and started without its container.
  const bool first_started = word == "started" && !report.container_id;
  if (word == "joined" || word == "status" || first_started) {
    const auto* done = word == "status" ? "status update processed" : "callback processed";
    return json(200,
                Json{{"status", done}, {"meeting_id", outcome.meeting_id}, {"new_status", state}});
  }
  if (word == "exited") {
    return json(200,
                Json{{"status", "callback processed"},
                     {"meeting_id", outcome.meeting_id},
                     {"final_status", state}});
  }
  return json(200, Json{{"status", state}, {"meeting_id", outcome.meeting_id}});
}

class CallbackRoutes {
 public:
  CallbackRoutes(bots::Lifecycle& lifecycle, commands::Mailbox& mailbox)
      : lifecycle_(lifecycle), mailbox_(mailbox) {}

  Result<Reply> report(const Request& request, const Principal& /*who*/) const {
    const auto session = lifecycle_.authenticate(request.param("secret"));
    if (!session) return session.error();
    const auto& word = request.param("word");
    const auto body = http::parse_body(request, http::BodyNeed::optional);
    if (!body) return body.error();
    const auto report = bots::decode_report(word, *body);
    if (!report) return report.error();
    const auto outcome = lifecycle_.report(session->session_uid, *report);
    if (!outcome) return outcome.error();
    return report_reply(word, *report, *outcome);
  }

  Result<Reply> heartbeat(const Request& request, const Principal& /*who*/) const {
    const auto session = lifecycle_.authenticate(request.param("secret"));
    if (!session) return session.error();
    if (session->ended) {
      return Error{.code = Errc::conflict, .message = "This session has ended"};
    }
    if (auto noted = lifecycle_.heartbeats({session->session_uid}); !noted) {
      return std::move(noted).error();
    }
    return json(200, Json{{"status", "heartbeat processed"}, {"meeting_id", session->meeting_id}});
  }

  Result<Reply> acknowledge(const Request& request, const Principal& /*who*/) const {
    const auto session = lifecycle_.authenticate(request.param("secret"));
    if (!session) return session.error();
    const auto parsed = http::parse_body(request);
    if (!parsed) return parsed.error();
    http::BodyReader body(*parsed);
    const auto command_id = body.required_int("command_id", {.least = 1});
    const auto* result = body.optional_object("result");
    if (auto sound = body.status(); !sound) return std::move(sound).error();
    const auto said = result == nullptr ? Json(nullptr) : Json::parse(result->dump());
    if (auto stored = lifecycle_.acknowledge(session->session_uid, command_id, said); !stored) {
      return std::move(stored).error();
    }
    return json(200, Json{{"status", "acknowledged"}, {"meeting_id", session->meeting_id}});
  }

  Result<Reply> segments(const Request& request, const Principal& /*who*/) const {
    const auto session = lifecycle_.authenticate(request.param("secret"));
    if (!session) return session.error();
    const auto body = http::parse_body(request);
    if (!body) return body.error();
    const auto segments = bots::decode_segments(*body);
    if (!segments) return segments.error();
    if (auto stored = lifecycle_.segments(session->session_uid, *segments); !stored) {
      return std::move(stored).error();
    }
    return json(200, Json{{"status", "stored"}, {"segments", segments->size()}});
  }

  // A long poll: answered when there is a command, at the latest after `wait`.
  void fetch(const Request& request, http::Responder respond) const {
    const auto session = lifecycle_.authenticate(request.param("secret"));
    if (!session) return respond(session.error());
    if (session->ended) {
      return respond(Error{.code = Errc::conflict, .message = "This session has ended"});
    }
    const auto after = http::query_int(request, "after", 0);
    if (!after) return respond(after.error());
    const auto wait = parse_duration(request.query_value("wait").value_or("0"));
    if (!wait) return respond(http::invalid_field("query", "wait", "value is not a duration"));
    mailbox_.fetch(session->session_uid,
                   *after,
                   std::min(*wait, longest_wait),
                   [respond = std::move(respond)](Result<commands::Commands> commands) {
                     if (!commands) return respond(std::move(commands).error());
                     types::BotCommandList list;
                     for (const auto& row : *commands)
                       list.commands.push_back(to_wire(row));
                     respond(json(200, list));
                   });
  }

 private:
  bots::Lifecycle& lifecycle_;
  commands::Mailbox& mailbox_;
};

}  // namespace

void add_callback_routes(http::Router& router,
                         bots::Lifecycle& lifecycle,
                         commands::Mailbox& mailbox) {
  const auto routes = std::make_shared<CallbackRoutes>(lifecycle, mailbox);
  const auto bound = methods_of(routes);
  const std::string base = "/bots/internal/callback/{secret}/";
  router.add({"POST",
              base + "{word}",
              Access::bot,
              bound(&CallbackRoutes::report),
              "A bot reports its state, in the form of any generation"});
  router.add({"PATCH",
              base + "{word}",
              Access::bot,
              bound(&CallbackRoutes::report),
              "A bot reports its state, as the earliest generation did"});
  router.add({"POST",
              base + "heartbeat",
              Access::bot,
              bound(&CallbackRoutes::heartbeat),
              "A bot says that it lives"});
  router.add({"POST",
              base + "command_ack",
              Access::bot,
              bound(&CallbackRoutes::acknowledge),
              "A bot says what it did with a command"});
  router.add({"POST",
              base + "segments",
              Access::bot,
              bound(&CallbackRoutes::segments),
              "A bot hands in what was said"});
  router.add(
      {"GET",
       base + "commands",
       Access::bot,
       http::AsyncHandler(
           [routes](const Request& request, const Principal& /*who*/, http::Responder respond) {
             routes->fetch(request, std::move(respond));
           }),
       "A bot waits for its next commands"});
}

}  // namespace bot::routes
