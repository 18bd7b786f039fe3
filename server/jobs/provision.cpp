#include "server/jobs/provision.hpp"

#include "base/ids.hpp"
#include "drivers/crypto.hpp"
#include "server/jobs/account_store.hpp"
#include "server/store/token_store.hpp"
#include "server/store/user_store.hpp"

namespace bot::jobs {
namespace {

constexpr std::size_t token_length = 40;

Error taken(const std::string& what) {
  return {.code = Errc::conflict, .message = what + " is taken"};
}

std::int64_t new_token(sql::Connection& connection,
                       std::int64_t user_id,
                       const std::string& value,
                       UnixMillis now) {
  return store::TokenStore(connection)
      .create({.user_id = user_id, .token_sha256 = sha256_hex(value), .name = "account"}, now)
      .id;
}

}  // namespace

Result<std::int64_t> provision(sql::Connection& connection,
                               const WantedAccount& wanted,
                               UnixMillis now) {
  store::UserStore users(connection);
  AccountStore accounts(connection);
  // Held: whoever takes the owner's rights away finds this account among the owner's.
  const auto owner = wanted.owner_user_id ? users.lock(*wanted.owner_user_id) : std::nullopt;
  if (owner && owner->status != domain::UserStatus::active) {
    return Error{
        .code = Errc::forbidden,
        .message = "who asked for the account is " + std::string(domain::to_string(owner->status))};
  }
  if (accounts.is_taken(wanted.username)) return taken("the username " + wanted.username);
  const auto made = users.find_or_create({.email = wanted.email,
                                          .name = wanted.name,
                                          .max_concurrent_bots = wanted.max_concurrent_bots},
                                         now);
  if (!made.created) return taken("the e-mail " + wanted.email);
  const auto token_id = new_token(connection, made.user.id, random_alphanumeric(token_length), now);
  const bool added = accounts.add({.user_id = made.user.id,
                                   .username = wanted.username,
                                   .token_id = token_id,
                                   .job_id = wanted.job_id,
                                   .unit = wanted.unit,
                                   .owner_user_id = wanted.owner_user_id},
                                  now);
  if (added) return made.user.id;
  // Somebody else was given the name just now.
  users.remove(made.user.id);
  return taken("the username " + wanted.username);
}

std::vector<types::AccountToken> show_tokens(sql::Connection& connection,
                                             const std::string& job_id,
                                             UnixMillis now) {
  std::vector<types::AccountToken> shown;
  for (const auto& account : AccountStore(connection).take_unseen(job_id, now)) {
    const auto value = random_alphanumeric(token_length);
    const bool replaced =
        account.token_id &&
        store::TokenStore(connection).replace(*account.token_id, sha256_hex(value));
    // An administrator may have revoked it.
    const auto token_id =
        replaced ? *account.token_id : new_token(connection, account.user_id, value, now);
    if (!replaced) AccountStore(connection).set_token(account.user_id, token_id);
    shown.push_back({.account_id = account.user_id,
                     .username = account.username,
                     .token_id = token_id,
                     .token = value});
  }
  return shown;
}

}  // namespace bot::jobs
