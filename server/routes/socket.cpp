#include "server/routes/socket.hpp"

#include <limits>
#include <map>
#include <mutex>
#include <tuple>

#include "base/nesting.hpp"
#include "client/types/json.hpp"
#include "server/domain/meeting_address.hpp"
#include "server/events/frames.hpp"
#include "server/jobs/event_store.hpp"
#include "server/store/meeting_store.hpp"

namespace bot::routes {
namespace {

using types::Json;

constexpr std::size_t most_subscriptions = 1000;
// As in the bodies of requests.
constexpr std::size_t deepest_nesting = 64;
// Who has as much to read gets no more events of jobs until it has read on: they are stored.
constexpr std::size_t most_unread_of_jobs = std::size_t{512} << 10;

struct Place {
  std::string platform;
  std::string native_id;

  bool operator<(const Place& other) const {
    return std::tie(platform, native_id) < std::tie(other.platform, other.native_id);
  }
};

Json to_json(const Place& place) {
  return Json{{"platform", place.platform}, {"native_id", place.native_id}};
}

Json place_list(const std::vector<Place>& places) {
  auto list = Json::array();
  for (const auto& place : places)
    list.push_back(to_json(place));
  return list;
}

Json error_frame(const std::string& error, const Json& details = nullptr) {
  Json frame{{"type", "error"}, {"error", error}};
  if (!details.is_null()) frame["details"] = details;
  return frame;
}

// One meeting of a request's list, or why it is none.
struct Named {
  std::optional<Place> place;
  std::string problem;
};

Named read_place(const nlohmann::json& entry, std::size_t index) {
  const auto at = "meetings[" + std::to_string(index) + "]";
  if (!entry.is_object()) return {std::nullopt, at + " must be an object"};
  const auto text = [&](const char* name) {
    const auto found = entry.find(name);
    return found != entry.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  // The name of the HTTP API is understood as well.
  auto native_id = text("native_id");
  if (native_id.empty()) native_id = text("native_meeting_id");
  Place place{text("platform"), native_id};
  if (place.platform.empty() || place.native_id.empty()) {
    return {std::nullopt, at + " missing 'platform' or 'native_id'"};
  }
  if (!domain::is_platform(place.platform) ||
      domain::native_id_problem(place.platform, place.native_id, domain::IdRule::lenient)) {
    return {std::nullopt, at + " invalid native_meeting_id for platform '" + place.platform + "'"};
  }
  return {place, {}};
}

// {"type":"job_update",…} with the event as it is everywhere (admin-messaging-jobs §3.5).
std::string job_frame(const types::JobEvent& event) {
  return types::dump(Json{
      {"type", "job_update"}, {"job_id", event.job_id}, {"status", event.status}, {"data", event}});
}

// An event's text is made once for all who hear of it. Thread-safe.
class SharedFrames {
 public:
  std::shared_ptr<const std::string> text_of(const std::shared_ptr<const events::Event>& event) {
    const std::lock_guard lock(mutex_);
    // The publisher tells one subscriber after the other. The event is kept, so that no other one
    // can have its address.
    if (event != last_) {
      text_ = std::make_shared<const std::string>(events::frame_text(*event));
      last_ = event;
    }
    return text_;
  }

 private:
  std::mutex mutex_;
  std::shared_ptr<const events::Event> last_;
  std::shared_ptr<const std::string> text_;
};

// One connection. Frames are sent from the publisher's thread: the peer queues and never blocks.
class Subscriber final : public http::WebSocketHandler {
 public:
  Subscriber(std::int64_t user_id,
             store::Database& database,
             events::Bus& bus,
             jobs::EventFeed& job_events,
             const Clock& clock,
             std::shared_ptr<SharedFrames> frames)
      : user_id_(user_id),
        database_(database),
        bus_(bus),
        job_events_(job_events),
        clock_(clock),
        frames_(std::move(frames)) {}

  void on_open(std::shared_ptr<http::WebSocketPeer> peer) override { peer_ = std::move(peer); }

  void on_text(std::string text) override {
    if (nests_deeper(text, deepest_nesting)) return send(error_frame("invalid_json"));
    const auto message = nlohmann::json::parse(text, nullptr, false);
    if (message.is_discarded()) return send(error_frame("invalid_json"));
    if (message.is_object() && message.value("type", nlohmann::json()) == "ping") {
      return send(Json{{"type", "pong"}, {"timestamp", clock_.now_ms()}});
    }
    const auto action = message.is_object() ? message.value("action", nlohmann::json()) : nullptr;
    if (action == "ping") return send(Json{{"type", "pong"}});
    if (action == "subscribe") return subscribe(message);
    if (action == "unsubscribe") return unsubscribe(message);
    if (action == "subscribe_jobs") return subscribe_jobs(message);
    if (action == "unsubscribe_jobs") return unsubscribe_jobs();
    send(error_frame("unknown_action"));
  }

  void on_close() override {
    subscriptions_.clear();
    job_subscription_.reset();
  }

 private:
  void subscribe(const nlohmann::json& message) {
    const auto meetings = message.find("meetings");
    if (meetings == message.end() || !meetings->is_array()) {
      return send(error_frame("invalid_subscribe_payload", "'meetings' must be a non-empty list"));
    }
    if (meetings->empty()) {
      return send(error_frame("invalid_subscribe_payload", "'meetings' list cannot be empty"));
    }
    std::vector<Place> subscribed;
    auto problems = Json::array();
    for (std::size_t i = 0; i < meetings->size(); ++i) {
      const auto named = read_place((*meetings)[i], i);
      if (!named.place) {
        problems.push_back(named.problem);
      } else if (!follow(*named.place)) {
        problems.push_back("meetings[" + std::to_string(i) +
                           "] not authorized or not found for user");
      } else {
        subscribed.push_back(*named.place);
      }
    }
    if (!problems.empty()) send(error_frame("invalid_subscribe_payload", problems));
    send(Json{{"type", "subscribed"}, {"meetings", place_list(subscribed)}});
  }

  void unsubscribe(const nlohmann::json& message) {
    const auto meetings = message.find("meetings");
    if (meetings == message.end() || !meetings->is_array()) {
      return send(error_frame("invalid_unsubscribe_payload", "'meetings' must be a list"));
    }
    std::vector<Place> ended;
    auto problems = Json::array();
    for (std::size_t i = 0; i < meetings->size(); ++i) {
      const auto named = read_place((*meetings)[i], i);
      if (!named.place) {
        problems.push_back(named.problem);
      } else if (subscriptions_.erase(*named.place) == 0) {
        problems.push_back("meetings[" + std::to_string(i) + "] not currently subscribed");
      } else {
        ended.push_back(*named.place);
      }
    }
    if (!problems.empty()) send(error_frame("invalid_unsubscribe_payload", problems));
    send(Json{{"type", "unsubscribed"}, {"meetings", place_list(ended)}});
  }

  // Without a `since` from now on.
  void subscribe_jobs(const nlohmann::json& message) {
    jobs::EventFilter filter{.owner_user_id = user_id_};
    const auto since = message.find("since");
    if (since == message.end() || since->is_null()) {
      filter.since = database_.read([this](sql::Connection& connection) {
        return jobs::EventStore(connection).settled(clock_.now_ms());
      });
    } else if (since->is_number_unsigned() &&
               since->get<std::uint64_t>() <= std::numeric_limits<std::int64_t>::max()) {
      filter.since = since->get<std::int64_t>();
    } else {
      return send(error_frame("invalid_subscribe_payload", "'since' must be an event's number"));
    }
    send(Json{{"type", "subscribed"}, {"jobs", true}, {"since", filter.since}});
    job_subscription_ = job_events_.follow(
        filter,
        [peer = peer_](const types::JobEventPage& page) {
          for (const auto& event : page.events)
            peer->send(job_frame(event));
        },
        [peer = peer_] { return peer->unread() < most_unread_of_jobs; });
  }

  void unsubscribe_jobs() {
    job_subscription_.reset();
    send(Json{{"type", "unsubscribed"}, {"jobs", true}});
  }

  // The subscription is to the place, so that it also covers a bot that is sent there later.
  bool follow(const Place& place) {
    if (subscriptions_.contains(place)) return true;
    const auto meeting = database_.read([&](sql::Connection& connection) {
      return store::MeetingStore(connection).find_newest(user_id_, place.platform, place.native_id);
    });
    if (!meeting || subscriptions_.size() >= most_subscriptions) return false;
    auto handler = [place, peer = peer_, frames = frames_](
                       const std::shared_ptr<const events::Event>& event) {
      const bool here = std::visit(
          [&](const auto& change) {
            return change.platform == place.platform && change.native_meeting_id == place.native_id;
          },
          *event);
      if (here) peer->send(frames->text_of(event));
    };
    subscriptions_.emplace(place, bus_.subscribe_user(user_id_, std::move(handler)));
    return true;
  }

  void send(const Json& frame) { peer_->send(types::dump(frame)); }

  const std::int64_t user_id_;
  store::Database& database_;
  events::Bus& bus_;
  jobs::EventFeed& job_events_;
  const Clock& clock_;
  const std::shared_ptr<SharedFrames> frames_;
  std::shared_ptr<http::WebSocketPeer> peer_;
  std::map<Place, events::Subscription> subscriptions_;
  std::shared_ptr<void> job_subscription_;  // null: to none
};

class SocketAcceptor final : public http::WebSocketAcceptor {
 public:
  SocketAcceptor(Authenticator& authenticator,
                 store::Database& database,
                 events::Bus& bus,
                 jobs::EventFeed& job_events,
                 const Clock& clock)
      : authenticator_(authenticator),
        database_(database),
        bus_(bus),
        job_events_(job_events),
        clock_(clock) {}

  Result<std::unique_ptr<http::WebSocketHandler>> accept(const http::Request& request) override {
    if (request.path != "/ws") return Error{.code = Errc::not_found, .message = "Not Found"};
    auto key = std::string(request.header("X-API-Key"));
    if (key.empty()) key = request.query_value("api_key").value_or("");
    if (key.empty()) {
      return Error{.code = Errc::unauthenticated,
                   .message = "Missing API token (X-API-Key header)"};
    }
    const auto who = authenticator_.user_of_key(key, request.peer_address);
    if (!who) return who.error();
    return std::unique_ptr<http::WebSocketHandler>(
        std::make_unique<Subscriber>(who->user_id, database_, bus_, job_events_, clock_, frames_));
  }

 private:
  Authenticator& authenticator_;
  store::Database& database_;
  events::Bus& bus_;
  jobs::EventFeed& job_events_;
  const Clock& clock_;
  const std::shared_ptr<SharedFrames> frames_ = std::make_shared<SharedFrames>();
};

}  // namespace

std::unique_ptr<http::WebSocketAcceptor> make_socket_acceptor(Authenticator& authenticator,
                                                              store::Database& database,
                                                              events::Bus& bus,
                                                              jobs::EventFeed& job_events,
                                                              const Clock& clock) {
  return std::make_unique<SocketAcceptor>(authenticator, database, bus, job_events, clock);
}

}  // namespace bot::routes
