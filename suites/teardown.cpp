// The part of a stage that removes what its checks made.
#include <algorithm>

#include "client/ops/delete_user.hpp"
#include "client/ops/find_user.hpp"
#include "client/ops/stop_bot.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

namespace {

// Not scaled: leaving nothing behind is worth the wait even when the checks are in a hurry.
constexpr Millis removal_patience{10'000};
// Of that, for stopping bots, which deleting their user does too.
constexpr Millis stop_patience{3'000};

bool may_pass(const Error& error) {
  return error.code == Errc::conflict || error.code == Errc::unavailable ||
         error.code == Errc::rate_limited || error.code == Errc::server_error;
}

client::ExchangeOptions what_is_left(Millis budget, const Patience& patience) {
  return {.timeout = std::max(Millis{1}, budget - patience.spent())};
}

client::ExchangeOptions what_is_left_of(const Patience& patience) {
  return what_is_left(removal_patience, patience);
}

}  // namespace

void Stage::stop_bots(const OwnedUser& user, const Patience& patience) {
  if (!user.client) return;
  for (const auto& meeting : user.meetings) {
    // Whether it was there at all shows when the user is removed.
    const auto stopped =
        user.client->run(client::StopBot{.platform = platform, .native_meeting_id = meeting},
                         what_is_left(stop_patience, patience));
    if (!stopped && !stopped.error().http_status) return;
  }
}

// A lost answer is asked for once more: creating finds the user that is there, and where the first
// request is still on its way, it will find the one that this makes.
Result<std::int64_t> Stage::id_of(const OwnedUser& user, const Patience& patience) {
  if (user.id) return *user.id;
  const auto found = admin_.run(client::FindUser{.email = user.email}, what_is_left_of(patience));
  if (found) return found->id;
  if (found.error().code != Errc::not_found) return found.error();
  const auto made = admin_.run(client::CreateUser{.email = user.email}, what_is_left_of(patience));
  if (!made) return made.error();
  return made->user.id;
}

std::optional<std::string> Stage::remove_user(const OwnedUser& user, Patience& patience) {
  const auto id = id_of(user, patience);
  if (!id) return "user " + user.email + " may have been made: " + describe(id.error());
  const auto name = "user " + std::to_string(*id) + " (" + user.email + ")";
  for (;;) {
    const auto removed = admin_.run(client::DeleteUser{.id = *id}, what_is_left_of(patience));
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
  Patience patience(removal_patience, {});
  for (const auto& user : ledger_) {
    if (run_.options.keep) {
      note("kept: user " + (user.id ? std::to_string(*user.id) + " " : "") + "(" + user.email +
           ") with " + std::to_string(user.meetings.size()) + " meetings");
      continue;
    }
    stop_bots(user, patience);
    if (auto left = remove_user(user, patience)) {
      into.leftovers.push_back(run_.secrets.text(*left));
    }
  }
  ledger_.clear();
  for (auto& text : notes_)
    into.notes.push_back(run_.secrets.text(std::move(text)));
  notes_.clear();
}

}  // namespace bot::suites
