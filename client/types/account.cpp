#include "client/types/account.hpp"

namespace bot::types {

void to_json(Json& json, const Account& account) {
  json = Json{{"id", account.id},
              {"username", account.username},
              {"email", account.email},
              {"status", account.status},
              {"concurrency_limit", account.concurrency_limit},
              {"token_id", nullable(account.token_id)},
              {"token_shown", account.token_shown},
              {"created_at", account.created_at},
              {"job_id", account.job_id}};
}

void from_json(const Json& json, Account& account) {
  read(json, "id", account.id);
  read(json, "username", account.username);
  read_if_there(json, "email", account.email);
  read(json, "status", account.status);
  read_if_there(json, "concurrency_limit", account.concurrency_limit);
  read(json, "token_id", account.token_id);
  read_if_there(json, "token_shown", account.token_shown);
  read_if_there(json, "created_at", account.created_at);
  read_if_there(json, "job_id", account.job_id);
}

void to_json(Json& json, const Pagination& pagination) {
  json = Json{{"limit", pagination.limit},
              {"offset", pagination.offset},
              {"total", pagination.total},
              {"count", pagination.count}};
}

void from_json(const Json& json, Pagination& pagination) {
  read_if_there(json, "limit", pagination.limit);
  read_if_there(json, "offset", pagination.offset);
  read(json, "total", pagination.total);
  read_if_there(json, "count", pagination.count);
}

void to_json(Json& json, const AccountPage& page) {
  json = Json{{"success", true}, {"data", page.data}, {"pagination", page.pagination}};
}

void from_json(const Json& json, AccountPage& page) {
  read(json, "data", page.data);
  read(json, "pagination", page.pagination);
}

void to_json(Json& json, const AccountAnswer& answer) {
  json = Json{{"success", true}};
  write_if_set(json, "message", answer.message);
  json["account"] = answer.account;
}

void from_json(const Json& json, AccountAnswer& answer) {
  read(json, "message", answer.message);
  read(json, "account", answer.account);
}

void to_json(Json& json, const AccountToken& token) {
  json = Json{{"account_id", token.account_id},
              {"username", token.username},
              {"token_id", token.token_id},
              {"token", token.token}};
}

void from_json(const Json& json, AccountToken& token) {
  read(json, "account_id", token.account_id);
  read(json, "username", token.username);
  read(json, "token_id", token.token_id);
  read(json, "token", token.token);
}

void to_json(Json& json, const AccountTokens& tokens) {
  json = Json{{"success", true}, {"tokens", tokens.tokens}};
}

void from_json(const Json& json, AccountTokens& tokens) {
  read(json, "tokens", tokens.tokens);
}

}  // namespace bot::types
