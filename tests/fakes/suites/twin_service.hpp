#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "client/http/transport.hpp"
#include "client/types/command.hpp"
#include "client/types/meeting.hpp"
#include "client/types/token.hpp"
#include "client/types/transcript.hpp"
#include "client/types/user.hpp"
#include "suites/race/gate.hpp"

namespace bot::suites {

// An in-memory twin of the service, honest unless told to lie, with bots that live through a
// meeting in some hundredths of a second. Bots of meetings `stale-hang-*` never become active,
// those of `stale-silent-*` fall silent; both are cleaned up. Thread-safe.
class TwinService final : public client::Transport {
 public:
  // An answer on its way back: who asked (empty: nobody that is known) and what.
  struct Answering {
    const client::HttpRequest& request;
    client::HttpResponse& answer;
    std::string email;

    bool is(std::string_view method, std::string_view target_prefix) const;
    types::Json body() const;
    void edit(const std::function<void(types::Json&)>& change) const;
    // Edits each meeting of a list.
    void edit_rows(const std::function<void(types::Json&)>& change) const;
    void replace(int status, const std::string& body) const;
  };
  using Lie = std::function<void(const Answering&)>;
  // Answers itself instead of the service, which never sees the request; nullopt: does not.
  using Instead = std::function<std::optional<client::HttpResponse>(const client::HttpRequest&,
                                                                    const std::string& email)>;

  static constexpr const char* admin_key = "twin-admin-key-0123456789";

  void tell(Lie lie) { lie_ = std::move(lie); }
  void answer_instead(Instead instead) { instead_ = std::move(instead); }
  // Takes only ids of Google Meet's own form, as the servers of 2025 did.
  void be_strict_about_ids() { strict_ids_ = true; }

  Result<client::HttpResponse> send(const client::HttpRequest& request, Millis deadline) override;

  // Values of every token that was ever made.
  std::set<std::string> tokens() const;
  std::size_t users() const;
  // What lies behind the API: messages to the bot of a session, and how many bots a user had.
  std::vector<std::string> messages_to(const std::string& session_uid) const;
  std::size_t meetings_of(std::int64_t user_id) const;

 private:
  using Time = std::chrono::steady_clock::time_point;

  struct Bot {
    types::Meeting row;
    Time born;
    std::optional<Time> asked_to_stop = std::nullopt;
    std::string language;
    std::string task;
    std::vector<types::Transition> transitions = {};
    std::vector<types::BotCommand> commands = {};
    std::vector<types::Segment> segments = {};
    std::vector<std::string> messages = {};
  };

  client::HttpResponse route(const client::HttpRequest& request);
  client::HttpResponse admin(const client::HttpRequest& request, std::string_view rest);
  client::HttpResponse create_user(const types::Json& body);
  client::HttpResponse one_user(const client::HttpRequest& request, std::string_view rest);
  client::HttpResponse create_token(std::int64_t user_id);
  client::HttpResponse of_user(const client::HttpRequest& request, const types::User& user);
  client::HttpResponse start(const client::HttpRequest& request, const types::User& user);
  client::HttpResponse stop(Bot& bot);
  client::HttpResponse configure(Bot& bot, const std::string& body);
  client::HttpResponse patch(Bot& bot, const std::string& body);
  client::HttpResponse command(const Bot& bot, std::string_view id) const;
  client::HttpResponse transcript(const Bot& bot) const;
  client::HttpResponse timeline(const Bot& bot) const;
  client::HttpResponse list(const types::User& user) const;
  client::HttpResponse status(const types::User& user) const;

  void move_on();
  void live(Bot& bot, Time now);
  void enter(Bot& bot, const std::string& state);
  void speak(Bot& bot);
  std::size_t seats_taken(std::int64_t user_id) const;
  Bot* newest(std::int64_t user_id, std::string_view native_id);
  const types::User* user_of(const client::HttpRequest& request) const;

  mutable std::mutex mutex_;
  Lie lie_;
  Instead instead_;
  bool strict_ids_ = false;
  std::int64_t last_id_ = 0;
  std::map<std::int64_t, types::User> users_;
  std::map<std::int64_t, std::pair<std::string, std::int64_t>> tokens_;  // value, user
  std::set<std::string> every_token_;
  std::map<std::int64_t, Bot> bots_;
};

// Hands all requests of a burst to the twin, as if they had arrived at the same instant.
class TwinGate final : public race::Gate {
 public:
  explicit TwinGate(std::shared_ptr<client::Transport> twin) : twin_(std::move(twin)) {}

  Result<race::Burst> release(const std::vector<client::HttpRequest>& requests,
                              Millis deadline) override;

 private:
  std::shared_ptr<client::Transport> twin_;
};

}  // namespace bot::suites
