#include "tests/fakes/suites/twin_service.hpp"

#include <algorithm>

#include "base/ids.hpp"
#include "base/text.hpp"

namespace bot::suites {

using client::HttpRequest;
using client::HttpResponse;
using types::Json;

namespace {

HttpResponse reply(int status, const Json& body) {
  return {status, {{"Content-Type", "application/json"}}, types::dump(body)};
}

HttpResponse refuse(int status, const std::string& detail) {
  return reply(status, Json{{"detail", detail}});
}

std::string header(const HttpRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (iequals(key, name)) return value;
  }
  return "";
}

std::string path_of(const HttpRequest& request) {
  return request.target.substr(0, request.target.find('?'));
}

}  // namespace

bool TwinService::Answering::is(std::string_view method, std::string_view target_prefix) const {
  return request.method == method && request.target.starts_with(target_prefix);
}

Json TwinService::Answering::body() const {
  auto parsed = types::parse(answer.body);
  return parsed ? std::move(*parsed) : Json();
}

void TwinService::Answering::edit(const std::function<void(Json&)>& change) const {
  auto json = body();
  change(json);
  answer.body = types::dump(json);
}

void TwinService::Answering::edit_rows(const std::function<void(Json&)>& change) const {
  edit([&change](Json& json) {
    for (auto& row : json["meetings"])
      change(row);
  });
}

void TwinService::Answering::replace(int status, const std::string& body) const {
  answer.status = status;
  answer.body = body;
}

Result<HttpResponse> TwinService::send(const HttpRequest& request, Millis) {
  const std::lock_guard lock(mutex_);
  move_on();
  const auto* user = user_of(request);
  const auto email = user != nullptr ? user->email : std::string();
  if (instead_) {
    if (auto answer = instead_(request, email)) return *answer;
  }
  auto answer = route(request);
  if (lie_) lie_({request, answer, email});
  return answer;
}

std::set<std::string> TwinService::tokens() const {
  const std::lock_guard lock(mutex_);
  return every_token_;
}

std::size_t TwinService::users() const {
  const std::lock_guard lock(mutex_);
  return users_.size();
}

const types::User* TwinService::user_of(const HttpRequest& request) const {
  const auto key = header(request, "X-API-Key");
  for (const auto& [id, token] : tokens_) {
    if (!key.empty() && token.first == key) return &users_.at(token.second);
  }
  return nullptr;
}

HttpResponse TwinService::route(const HttpRequest& request) {
  const auto path = path_of(request);
  if (path == "/health") return reply(200, Json{{"status", "ok"}, {"service", "twin"}});
  if (path == "/version") return reply(200, Json{{"version", "1.2.3-twin"}});
  if (path.starts_with("/admin/")) {
    if (header(request, "X-Admin-API-Key") != admin_key) return refuse(401, "Wrong admin key");
    return admin(request, std::string_view(path).substr(std::string_view("/admin/").size()));
  }
  const bool known = path.starts_with("/bots") || path.starts_with("/meetings") ||
                     path.starts_with("/transcripts/");
  if (!known) return refuse(404, "Not Found");
  const auto* user = user_of(request);
  if (user == nullptr) return refuse(401, "Invalid API key");
  return of_user(request, *user);
}

HttpResponse TwinService::admin(const HttpRequest& request, std::string_view rest) {
  if (rest == "users" && request.method == "POST") return create_user(*types::parse(request.body));
  if (rest == "users") return reply(200, Json::array());
  if (rest == "meetings") return reply(200, types::MeetingList{});
  if (rest.starts_with("tokens/")) {
    tokens_.erase(parse_int(rest.substr(std::string_view("tokens/").size())).value_or(0));
    return {204, {}, ""};
  }
  if (rest.starts_with("users/email/")) {
    const auto wanted = percent_decode(rest.substr(std::string_view("users/email/").size()));
    for (const auto& [id, user] : users_) {
      if (user.email == wanted) return reply(200, user);
    }
    return refuse(404, "User not found");
  }
  if (rest.starts_with("users/")) {
    return one_user(request, rest.substr(std::string_view("users/").size()));
  }
  return refuse(404, "Not Found");
}

HttpResponse TwinService::create_user(const Json& body) {
  const auto email = body.at("email").get<std::string>();
  for (const auto& [id, user] : users_) {
    if (user.email == email) return reply(200, user);
  }
  types::User user{.id = ++last_id_,
                   .email = email,
                   .name = std::nullopt,
                   .image_url = std::nullopt,
                   .max_concurrent_bots = body.value("max_concurrent_bots", std::int64_t{1}),
                   .created_at = "2026-11-21T21:05:07.123Z"};
  users_[user.id] = user;
  return reply(201, user);
}

HttpResponse TwinService::one_user(const HttpRequest& request, std::string_view rest) {
  const auto id = parse_int(rest.substr(0, rest.find('/'))).value_or(0);
  const auto found = users_.find(id);
  if (found == users_.end()) return refuse(404, "User not found");
  if (rest.ends_with("/tokens")) return create_token(id);
  if (request.method == "PATCH") {
    const auto body = *types::parse(request.body);
    found->second.max_concurrent_bots = body.at("max_concurrent_bots").get<std::int64_t>();
    return reply(200, found->second);
  }
  if (request.method == "DELETE") {
    std::erase_if(bots_, [id](const auto& entry) { return entry.second.row.user_id == id; });
    std::erase_if(tokens_, [id](const auto& entry) { return entry.second.second == id; });
    users_.erase(found);
    return reply(200, Json{{"message", "User deleted"}});
  }
  return reply(200, types::UserDetail{.user = found->second, .api_tokens = {}});
}

HttpResponse TwinService::create_token(std::int64_t user_id) {
  const auto value = random_alphanumeric(40);
  const auto id = ++last_id_;
  tokens_[id] = {value, user_id};
  every_token_.insert(value);
  return reply(201,
               types::Token{.id = id,
                            .user_id = user_id,
                            .token = value,
                            .name = std::nullopt,
                            .created_at = "2026-11-21T21:05:07.123Z",
                            .expires_at = std::nullopt,
                            .last_used_at = std::nullopt});
}

Result<race::Burst> TwinGate::release(const std::vector<HttpRequest>& requests, Millis deadline) {
  race::Burst burst;
  const auto invoked = race::monotonic_us();
  for (const auto& request : requests) {
    auto answer = twin_->send(request, deadline);
    if (!answer) return std::move(answer).error();
    burst.shots.push_back({.invoked_us = invoked,
                           .status = answer->status,
                           .headers = std::move(answer->headers),
                           .body = std::move(answer->body)});
  }
  for (auto& shot : burst.shots)
    shot.completed_us = race::monotonic_us();
  burst.most_in_flight = requests.size();
  return burst;
}

}  // namespace bot::suites
