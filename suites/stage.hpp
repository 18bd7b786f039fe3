#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/client.hpp"
#include "client/ops/create_user.hpp"
#include "client/types/command.hpp"
#include "client/types/meeting.hpp"
#include "client/types/user.hpp"
#include "suites/check.hpp"
#include "suites/patience.hpp"
#include "suites/recorder.hpp"
#include "suites/run.hpp"
#include "suites/states.hpp"

namespace bot::suites {

// How long the suites wait at --timeout-scale 1: for a bot to become active or to end, and for
// anything else that the service does on its own.
inline constexpr Millis bot_patience{20'000};
inline constexpr Millis request_patience{10'000};

inline constexpr const char* platform = "google_meet";

// A row of GET /meetings as it came, whatever it lacks: the schema is a promise of its own (7.2),
// other checks look only at what they need. Missing text is empty, a missing id 0.
struct ListedMeeting {
  std::int64_t id = 0;
  std::string native_meeting_id;
  std::string status;
  std::string container_id;
  types::Json raw;

  std::optional<State> state() const { return parse_state(status); }
};

// POST /bots of a check. `label` is the seed's name of the meeting.
struct BotRequest {
  std::string label;
  std::optional<std::string> bot_name = std::nullopt;
  std::optional<std::string> language = std::nullopt;
  std::optional<std::string> task = std::nullopt;
};

// A throw-away user of a suite, with its first token.
struct Account {
  types::User user;
  std::string token;
  client::Client client;  // sends that token
};

// What the checks of one suite work with: clients whose exchanges are recorded, a throw-away user,
// and the ledger of what must be removed. For the one thread of its suite.
class Stage {
 public:
  Stage(Run& run, int suite, int round);
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage() = default;

  // The suite's own user. After that account() and user() may be called.
  Status make_account(int max_bots);
  const Account& account() const { return *account_; }
  const client::Client& user() const { return account_->client; }
  const client::Client& admin() const { return admin_; }

  // Creates a user (name is part of its e-mail address) and enters it into the ledger; its limit is
  // set anew where the server ignored it on creation.
  Result<Account> open_account(const std::string& name, int max_bots);
  std::string email_of(const std::string& name) const;
  // For the checks that create a user step by step: enters it into the ledger, also when only the
  // answer was lost.
  Result<client::UserCreation> create_user(const client::CreateUser& operation);
  Account account_with(types::User user, std::string token);

  // How this server's generation differs.
  const client::Dialect& dialect() const { return run_.dialect; }

  // The id under which this server knows the seed's meeting name.
  std::string meeting_id(const std::string& label) const;

  // POST /bots as the suite's user, the answer whatever it is. A server that takes only ids of the
  // platform's own form is asked again with such an id, and so from then on.
  Result<client::HttpResponse> request_bot(const BotRequest& request);
  // The same for a bot that must be there: an error unless it was accepted.
  Result<types::Meeting> start_bot(const BotRequest& request);
  // A bot that was started without request_bot.
  void remember_bot(const std::string& native_meeting_id);
  // Where a generation answers with the new state alone, that is the message.
  Result<types::Accepted> stop_bot(const std::string& label);
  Result<types::Accepted> configure(const std::string& label,
                                    std::optional<std::string> language,
                                    std::optional<std::string> task);

  Result<std::vector<ListedMeeting>> meetings() { return meetings_of(user()); }
  Result<std::vector<ListedMeeting>> meetings_of(const client::Client& client);
  // The newest listed meeting of that label; not_found when the list lacks it.
  Result<ListedMeeting> meeting(const std::string& label);
  // Polls until the meeting is in that state. Errors: timeout, failed when it ended otherwise; both
  // name the states seen. `seen` collects them, without repetitions.
  Result<ListedMeeting> await_state(const std::string& label,
                                    State wanted,
                                    std::vector<std::string>* seen = nullptr);

  // A request with any body as the suite's user, refusals being answers.
  Result<client::HttpResponse> send(std::string method,
                                    std::string target,
                                    std::string body = {},
                                    client::Access access = client::Access::user);

  Patience patience(Millis base) const { return {run_.scaled(base), run_.options.cancel}; }
  Run& run() { return run_; }
  Recorder& recorder() { return recorder_; }
  void note(std::string text) { notes_.push_back(std::move(text)); }
  void record(ExchangeRecord exchange);

  // Stops the bots and deletes the users of the ledger, and says what stayed behind. Goes on after
  // a cancellation; takes at most 10 s.
  void tear_down(SuiteResult& into);

 private:
  struct OwnedUser {
    std::optional<std::int64_t> id;  // unknown when the answer to its creation was lost
    std::string email;
    std::optional<client::Client> client;
    std::vector<std::string> meetings;
  };

  std::function<bool()> interruption() const;
  client::ClientOptions client_options();
  OwnedUser* owner_of(std::int64_t user_id);
  // These return by the end of `patience`.
  void stop_bots(const OwnedUser& user, const Patience& patience);
  Result<std::int64_t> id_of(const OwnedUser& user, const Patience& patience);
  std::optional<std::string> remove_user(const OwnedUser& user, Patience& patience);

  Run& run_;
  int suite_;
  int round_;
  std::shared_ptr<std::atomic<bool>> tearing_down_ = std::make_shared<std::atomic<bool>>(false);
  Recorder recorder_;
  client::Client admin_;
  std::optional<Account> account_;
  std::vector<OwnedUser> ledger_;
  std::vector<std::string> notes_;
};

}  // namespace bot::suites
