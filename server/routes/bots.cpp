#include "server/domain/speech.hpp"
#include "server/domain/texts.hpp"
#include "server/http/validation.hpp"
#include "server/routes/authentication.hpp"
#include "server/routes/idempotency.hpp"
#include "server/routes/meeting_lookup.hpp"
#include "server/routes/methods_of.hpp"
#include "server/routes/routes.hpp"
#include "server/routes/wire.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;

constexpr std::size_t longest_bot_name = 100;

// language and task as POST /bots and PUT …/config take them; "" counts as not given.
struct Speech {
  std::optional<std::string> language;
  std::optional<std::string> task;
};

Speech read_speech(http::BodyReader& body) {
  Speech speech{body.optional_string("language"), body.optional_string("task")};
  if (speech.language && speech.language->empty()) speech.language.reset();
  if (speech.task && speech.task->empty()) speech.task.reset();
  if (speech.language) {
    if (const auto problem = domain::language_problem(*speech.language)) {
      body.refuse("language", *problem);
    }
  }
  if (speech.task) {
    if (const auto problem = domain::task_problem(*speech.task)) body.refuse("task", *problem);
  }
  return speech;
}

class BotRoutes {
 public:
  BotRoutes(store::Database& database,
            bots::Lifecycle& lifecycle,
            const Clock& clock,
            domain::IdRule id_rule)
      : database_(database), lifecycle_(lifecycle), clock_(clock), id_rule_(id_rule) {}

  Result<Reply> start(const Request& request, const Principal& who) const {
    auto wish = read_wish(request, who);
    if (!wish) return std::move(wish).error();
    const auto key =
        IdempotencyKey::of(request, "user " + std::to_string(who.user_id) + " POST /bots");
    if (!key) return key.error();
    if (auto earlier = answered_before(*key); !earlier || *earlier) return unwrap(earlier);
    auto meeting =
        lifecycle_.reserve(*wish, [&](sql::Connection& connection, const store::MeetingRow& row) {
          if (!key->given()) return Status(Unit{});
          return key->keep(connection, json(201, to_wire(row)), clock_.now_ms());
        });
    if (meeting) return json(201, to_wire(*meeting));
    // A twin of this request may have been faster.
    if (auto earlier = answered_before(*key); !earlier || *earlier) return unwrap(earlier);
    if (meeting.error().code == Errc::not_found) return user_is_gone();
    return std::move(meeting).error();
  }

  Result<Reply> list(const Request& /*request*/, const Principal& who) const {
    std::vector<store::MeetingRow> rows;
    for (auto& live : live_of(who))
      rows.push_back(std::move(live.meeting));
    return json(200, to_wire(std::move(rows)));
  }

  Result<Reply> status(const Request& /*request*/, const Principal& who) const {
    types::BotsStatus status;
    const auto now = clock_.now_ms();
    for (const auto& live : live_of(who)) {
      if (!domain::holds_a_seat(live.meeting.status)) continue;
      status.running_bots.push_back(running_bot(live, now));
    }
    return json(200, status);
  }

  Result<Reply> stop(const Request& request, const Principal& who) const {
    const auto path = meeting_path(request);
    if (!path) return path.error();
    const auto meeting = database_.read([&](sql::Connection& connection) {
      return newest_meeting(connection, who.user_id, *path);
    });
    if (!meeting) {
      return Error{.code = Errc::not_found, .message = std::string(domain::nothing_to_stop_text)};
    }
    const auto outcome = lifecycle_.request_stop(meeting->id, domain::ChangeSource::user);
    if (!outcome) return outcome.error();
    return json(202,
                types::Accepted{.message = std::string(outcome->message()),
                                .command_id = outcome->command_id,
                                .meeting_id = outcome->meeting.id,
                                .status = std::string(domain::to_string(outcome->meeting.status))});
  }

  Result<Reply> configure(const Request& request, const Principal& who) const {
    const auto path = meeting_path(request);
    if (!path) return path.error();
    auto parsed = http::parse_body(request);
    if (!parsed) return std::move(parsed).error();
    http::BodyReader body(*parsed);
    const auto speech = read_speech(body);
    if (auto sound = body.status(); !sound) return std::move(sound).error();
    const auto meeting = database_.read([&](sql::Connection& connection) {
      return newest_meeting(connection, who.user_id, *path);
    });
    if (!meeting) {
      return Error{
          .code = Errc::not_found,
          .message = domain::no_active_meeting_text(path->platform, path->native_meeting_id)};
    }
    const auto outcome =
        lifecycle_.configure(meeting->id, {.language = speech.language, .task = speech.task});
    if (!outcome) return outcome.error();
    return json(202,
                types::Accepted{.message = std::string(domain::reconfigure_accepted_text),
                                .command_id = outcome->command_id,
                                .meeting_id = outcome->meeting.id,
                                .status = std::string(domain::to_string(outcome->meeting.status))});
  }

 private:
  Result<bots::ReserveRequest> read_wish(const Request& request, const Principal& who) const {
    auto parsed = http::parse_body(request);
    if (!parsed) return std::move(parsed).error();
    http::BodyReader body(*parsed);
    const auto platform = body.required_enum("platform", {"google_meet", "zoom", "teams"});
    const auto id = body.required_string("native_meeting_id");
    if (!body.refused("native_meeting_id") && !body.refused("platform")) {
      if (const auto problem = domain::native_id_problem(platform, id, id_rule_)) {
        body.refuse("native_meeting_id", *problem);
      }
    }
    const auto name = body.optional_string("bot_name");
    body.limit_length("bot_name", name, longest_bot_name);
    const auto speech = read_speech(body);
    auto passcode = body.optional_string("passcode");
    if (passcode && passcode->empty()) passcode.reset();
    if (passcode && !body.refused("platform")) {
      if (const auto problem = domain::passcode_problem(platform, *passcode)) {
        body.refuse("passcode", *problem);
      }
    }
    if (auto sound = body.status(); !sound) return std::move(sound).error();
    return bots::ReserveRequest{.user_id = who.user_id,
                                .platform = platform,
                                .native_meeting_id = id,
                                .meeting_url = domain::meeting_url(platform, id),
                                .bot_name = name,
                                .language = speech.language,
                                .task = speech.task,
                                .passcode = passcode};
  }

  Result<std::optional<Reply>> answered_before(const IdempotencyKey& key) const {
    if (!key.given()) return std::optional<Reply>();
    return database_.read([&](sql::Connection& connection) { return key.earlier(connection); });
  }

  static Result<Reply> unwrap(const Result<std::optional<Reply>>& earlier) {
    if (!earlier) return earlier.error();
    return **earlier;
  }

  std::vector<store::MeetingAndSession> live_of(const Principal& who) const {
    return database_.read([&](sql::Connection& connection) {
      return store::MeetingStore(connection).live_of_user(who.user_id);
    });
  }

  store::Database& database_;
  bots::Lifecycle& lifecycle_;
  const Clock& clock_;
  const domain::IdRule id_rule_;
};

}  // namespace

void add_bot_routes(http::Router& router,
                    store::Database& database,
                    bots::Lifecycle& lifecycle,
                    const Clock& clock,
                    domain::IdRule id_rule) {
  const auto bound = methods_of(std::make_shared<BotRoutes>(database, lifecycle, clock, id_rule));
  router.add({"POST", "/bots", Access::user, bound(&BotRoutes::start), "Send a bot to a meeting"});
  router.add({"GET",
              "/bots",
              Access::user,
              bound(&BotRoutes::list),
              "List the meetings that have a bot, those being left included"});
  router.add({"GET",
              "/bots/status",
              Access::user,
              bound(&BotRoutes::status),
              "List the bots that count against the limit"});
  router.add({"DELETE",
              "/bots/{platform}/{native_meeting_id}",
              Access::user,
              bound(&BotRoutes::stop),
              "Make a bot leave its meeting"});
  router.add({"PUT",
              "/bots/{platform}/{native_meeting_id}/config",
              Access::user,
              bound(&BotRoutes::configure),
              "Change the language or task of an active bot"});
}

}  // namespace bot::routes
