#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/sql.hpp"
#include "server/store/rows.hpp"

namespace bot::store {

struct NewUser {
  std::string email;
  std::optional<std::string> name = {};
  std::optional<std::string> image_url = {};
  std::int64_t max_concurrent_bots = 1;
  std::string data = "{}";
};

struct FoundOrCreatedUser {
  UserRow user;
  bool created = false;
};

// What is not set stays as it is; name and image_url can be set to nothing. `data` replaces the
// whole object.
struct UserPatch {
  std::optional<std::optional<std::string>> name = {};
  std::optional<std::optional<std::string>> image_url = {};
  std::optional<std::int64_t> max_concurrent_bots = {};
  std::optional<std::string> data = {};
  std::optional<domain::UserStatus> status = {};
};

class UserStore {
 public:
  explicit UserStore(sql::Connection& connection) : connection_(connection) {}

  // A user who is there already comes back unchanged.
  FoundOrCreatedUser find_or_create(const NewUser& user, UnixMillis now);
  std::optional<UserRow> find(std::int64_t id);
  // Exact; addresses are stored as domain::normal_email gives them.
  std::optional<UserRow> find_by_email(std::string_view email);
  // Ordered by id.
  std::vector<UserRow> list(std::int64_t skip, std::int64_t limit);
  std::int64_t count();
  // Of all users' limits: walks the table.
  std::int64_t sum_of_limits();
  // nullopt when there is no such user.
  std::optional<UserRow> update(std::int64_t id, const UserPatch& patch);
  // With everything that is the user's: tokens, meetings, sessions, transcripts, commands,
  // deliveries. False when there is no such user.
  bool remove(std::int64_t id);
  // Reads the user and holds the row until the end of the transaction: whoever counts the user's
  // bots to add one holds it, so that no two count at once.
  std::optional<UserRow> lock(std::int64_t id);

  bool set_webhook(std::int64_t id, std::string_view url, std::string_view secret, UnixMillis now);
  bool clear_webhook(std::int64_t id, UnixMillis now);

 private:
  sql::Connection& connection_;
};

}  // namespace bot::store
