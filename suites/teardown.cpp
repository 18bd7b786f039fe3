// The part of a stage that removes what its checks made.
#include "client/ops/delete_user.hpp"
#include "client/ops/stop_bot.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

// Not scaled: leaving nothing behind is worth the wait even when the checks are in a hurry.
constexpr Millis removal_patience{10'000};

bool may_pass(const Error& error) {
  return error.code == Errc::conflict || error.code == Errc::unavailable ||
         error.code == Errc::rate_limited || error.code == Errc::server_error;
}

}  // namespace

void Stage::stop_bots(const OwnedUser& user) {
  if (!user.client) return;
  for (const auto& meeting : user.meetings) {
    // Whether it was there at all shows when the user is removed.
    static_cast<void>(
        user.client->run(client::StopBot{.platform = platform, .native_meeting_id = meeting}));
  }
}

std::optional<std::string> Stage::remove_user(const OwnedUser& user) {
  const auto name = "user " + std::to_string(user.id) + " (" + user.email + ")";
  Patience patience(removal_patience, {});
  for (;;) {
    const auto removed = admin_.run(client::DeleteUser{.id = user.id});
    if (removed || removed.error().code == Errc::not_found) return std::nullopt;
    if (removed.error().code == Errc::method_not_allowed) {
      note(name + " stays: this server cannot delete users");
      return std::nullopt;
    }
    if (!may_pass(removed.error()) || !patience.again()) {
      return name + " could not be removed: " + describe(removed.error());
    }
  }
}

void Stage::tear_down(SuiteResult& into) {
  *tearing_down_ = true;
  for (const auto& user : ledger_) {
    if (run_.options.keep) {
      note("kept: user " + std::to_string(user.id) + " (" + user.email + ") with " +
           std::to_string(user.meetings.size()) + " meetings");
      continue;
    }
    stop_bots(user);
    if (auto left = remove_user(user)) into.leftovers.push_back(run_.secrets.text(*left));
  }
  ledger_.clear();
  for (auto& text : notes_)
    into.notes.push_back(run_.secrets.text(std::move(text)));
  notes_.clear();
}

}  // namespace bot::suites
