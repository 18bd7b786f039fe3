#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

// A user that a job has provisioned, with the token that it has: an item of GET /api/accounts.
struct Account {
  std::int64_t id = 0;  // the user's
  std::string username;
  std::string email;
  std::string status;  // active, suspended, banned
  std::int64_t concurrency_limit = 0;
  std::optional<std::int64_t> token_id;
  bool token_shown = false;  // whether its value was answered to somebody
  std::string created_at;
  std::string job_id;

  bool operator==(const Account&) const = default;
};

void to_json(Json& json, const Account& account);
void from_json(const Json& json, Account& account);

struct Pagination {
  std::int64_t limit = 0;
  std::int64_t offset = 0;
  std::int64_t total = 0;  // that the filter selects
  std::int64_t count = 0;  // on this page

  bool operator==(const Pagination&) const = default;
};

void to_json(Json& json, const Pagination& pagination);
void from_json(const Json& json, Pagination& pagination);

// {"success":true,"data":[…],"pagination":{…}}, newest first: GET /api/accounts.
struct AccountPage {
  std::vector<Account> data;
  Pagination pagination;

  bool operator==(const AccountPage&) const = default;
};

void to_json(Json& json, const AccountPage& page);
void from_json(const Json& json, AccountPage& page);

// {"success":true,"account":{…}}, with a message where something was changed.
struct AccountAnswer {
  std::optional<std::string> message;
  Account account;

  bool operator==(const AccountAnswer&) const = default;
};

void to_json(Json& json, const AccountAnswer& answer);
void from_json(const Json& json, AccountAnswer& answer);

// A token's secret value: it is in the answer of POST /api/jobs/{id}/tokens and nowhere else.
struct AccountToken {
  std::int64_t account_id = 0;
  std::string username;
  std::int64_t token_id = 0;
  std::string token;

  bool operator==(const AccountToken&) const = default;
};

void to_json(Json& json, const AccountToken& token);
void from_json(const Json& json, AccountToken& token);

// {"success":true,"tokens":[…]}: POST /api/jobs/{id}/tokens.
struct AccountTokens {
  std::vector<AccountToken> tokens;

  bool operator==(const AccountTokens&) const = default;
};

void to_json(Json& json, const AccountTokens& tokens);
void from_json(const Json& json, AccountTokens& tokens);

}  // namespace bot::types
