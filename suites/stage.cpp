#include "suites/stage.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "client/http/refusal.hpp"
#include "client/ops/configure_bot.hpp"
#include "client/ops/create_token.hpp"
#include "client/ops/stop_bot.hpp"
#include "client/ops/update_user.hpp"

namespace bot::suites {

using types::Json;

namespace {

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

ListedMeeting listed(const Json& row) {
  ListedMeeting meeting;
  meeting.raw = row;
  if (!row.is_object()) return meeting;
  const auto id = row.find("id");
  if (id != row.end() && id->is_number_integer()) meeting.id = id->get<std::int64_t>();
  meeting.native_meeting_id = text_of(row, "native_meeting_id");
  meeting.status = text_of(row, "status");
  meeting.container_id = text_of(row, "bot_container_id");
  return meeting;
}

// Ten letters in Google Meet's form, the same for the same text.
std::string meet_code(std::string_view text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  }
  std::string code;
  for (int i = 0; i < 10; ++i) {
    if (i == 3 || i == 7) code += '-';
    code += static_cast<char>('a' + hash % 26);
    hash /= 26;
  }
  return code;
}

// Can the request have taken effect, for all that its answer tells? A gateway's 502 and 504 tell
// nothing.
bool may_be_done(const Error& error) {
  const auto status = error.http_status.value_or(0);
  return error.outcome_unknown || (status > 0 && status < 300) || status == 502 || status == 504;
}

}  // namespace

Stage::Stage(Run& run, int suite, int round)
    : run_(run),
      suite_(suite),
      round_(round),
      admin_(run.wiring.connect(interruption()), client_options()) {}

// The end of a run cuts its requests short, but not those that remove what it made.
std::function<bool()> Stage::interruption() const {
  return [cancel = run_.options.cancel, tearing_down = tearing_down_] {
    return cancel.stop_requested() && !tearing_down->load();
  };
}

client::ClientOptions Stage::client_options() {
  client::ClientOptions options;
  options.server = run_.server;
  options.admin_key = run_.options.admin_key;
  options.request_timeout = std::max(Millis{1'000}, run_.scaled(request_patience));
  // A check shows what the service does, not what a patient client makes of it.
  options.retries = 0;
  options.cancelled = interruption();
  options.observer = [this](const client::Exchange& exchange) {
    record(ExchangeRecord{.method = exchange.method,
                          .target = exchange.target,
                          .status = exchange.status,
                          .duration_us = exchange.duration.count(),
                          .request_id = exchange.request_id,
                          .request_body = exchange.request_body,
                          .response_body = exchange.response_body,
                          .error = exchange.error ? exchange.error->message : ""});
  };
  return options;
}

void Stage::record(ExchangeRecord exchange) {
  exchange.target = run_.secrets.text(std::move(exchange.target));
  exchange.request_body = run_.secrets.text(std::move(exchange.request_body));
  exchange.response_body = run_.secrets.text(std::move(exchange.response_body));
  exchange.error = run_.secrets.text(std::move(exchange.error));
  if (run_.options.progress.exchange) {
    const std::lock_guard lock(run_.progress_mutex);
    run_.options.progress.exchange(exchange);
  }
  recorder_.add(std::move(exchange));
}

std::string Stage::email_of(const std::string& name) const {
  return "smoke-" + run_.id + "-" + std::to_string(suite_) + "-" + std::to_string(round_) +
         (name.empty() ? "" : "-" + name) + "@example.com";
}

Result<client::UserCreation> Stage::create_user(const client::CreateUser& operation) {
  auto made = admin_.run(operation);
  if (made && owner_of(made->user.id) != nullptr) return made;
  if (!made && !may_be_done(made.error())) return made;
  ledger_.push_back({.id = made ? std::optional(made->user.id) : std::nullopt,
                     .email = operation.email,
                     .client = std::nullopt,
                     .meetings = {}});
  return made;
}

Account Stage::account_with(types::User user, std::string token) {
  run_.secrets.add_secret(token);
  auto client = admin_.with_api_key(token);
  if (auto* owner = owner_of(user.id)) owner->client = client;
  return Account{.user = std::move(user), .token = std::move(token), .client = std::move(client)};
}

Stage::OwnedUser* Stage::owner_of(std::int64_t user_id) {
  const auto found = std::find_if(ledger_.begin(), ledger_.end(), [user_id](const OwnedUser& user) {
    return user.id == user_id;
  });
  return found == ledger_.end() ? nullptr : &*found;
}

Status Stage::make_account(int max_bots) {
  auto opened = open_account("", max_bots);
  if (!opened) return std::move(opened).error();
  account_ = std::move(*opened);
  return Unit{};
}

Result<Account> Stage::open_account(const std::string& name, int max_bots) {
  const auto email = email_of(name);
  auto created =
      create_user({.email = email, .name = "Smoke Test User", .max_concurrent_bots = max_bots});
  if (!created) return std::move(created).error();
  if (created->user.max_concurrent_bots != max_bots) {
    auto updated =
        admin_.run(client::UpdateUser{.id = created->user.id, .max_concurrent_bots = max_bots});
    if (!updated) return std::move(updated).error();
    created->user = *updated;
  }
  auto token = admin_.run(client::CreateToken{.user_id = created->user.id, .name = "smoke"});
  if (!token) return std::move(token).error();
  if (!token->token || token->token->empty()) {
    return Error{.code = Errc::protocol, .message = "the new token has no value"};
  }
  return account_with(std::move(created->user), *token->token);
}

std::string Stage::meeting_id(const std::string& label) const {
  return run_.strict_ids ? meet_code(run_.id + "/" + label) : label;
}

void Stage::remember_bot(const std::string& native_meeting_id) {
  auto* owner = account_ ? owner_of(account_->user.id) : nullptr;
  if (owner == nullptr) return;
  auto& known = owner->meetings;
  if (std::find(known.begin(), known.end(), native_meeting_id) == known.end()) {
    known.push_back(native_meeting_id);
  }
}

Result<client::HttpResponse> Stage::request_bot(const BotRequest& request) {
  const auto ask = [&]() -> Result<client::HttpResponse> {
    const auto native_id = meeting_id(request.label);
    Json body{{"platform", platform}, {"native_meeting_id", native_id}};
    types::write_if_set(body, "bot_name", request.bot_name);
    types::write_if_set(body, "language", request.language);
    types::write_if_set(body, "task", request.task);
    // Before the answer: a bot whose answer is lost runs all the same.
    remember_bot(native_id);
    return send("POST", "/bots", types::dump(body));
  };
  auto answer = ask();
  if (!answer || answer->status != 422 || run_.strict_ids) return answer;
  run_.strict_ids = true;
  auto second = ask();
  if (second && second->status == 422) run_.strict_ids = false;
  return second;
}

Result<types::Meeting> Stage::start_bot(const BotRequest& request) {
  auto answer = request_bot(request);
  if (!answer) return std::move(answer).error();
  if (auto refused = client::refusal_of(*answer)) return std::move(*refused);
  return types::parse_as<types::Meeting>(answer->body, "a meeting");
}

Result<types::Accepted> Stage::stop_bot(const std::string& label) {
  auto accepted =
      user().run(client::StopBot{.platform = platform, .native_meeting_id = meeting_id(label)});
  const bool tells_state = dialect().stop_answer == client::Dialect::StopAnswer::state;
  if (accepted && tells_state && accepted->message.empty()) {
    accepted->message = accepted->status.value_or("");
  }
  return accepted;
}

Result<types::Accepted> Stage::configure(const std::string& label,
                                         std::optional<std::string> language,
                                         std::optional<std::string> task) {
  return user().run(client::ConfigureBot{.platform = platform,
                                         .native_meeting_id = meeting_id(label),
                                         .language = std::move(language),
                                         .task = std::move(task)});
}

Result<client::HttpResponse> Stage::send(std::string method,
                                         std::string target,
                                         std::string body,
                                         client::Access access) {
  client::HttpRequest request{
      .method = std::move(method), .target = std::move(target), .body = std::move(body)};
  if (!request.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  const client::ExchangeOptions options{.refusals = client::Refusals::are_answers};
  const auto& from = access == client::Access::user ? user() : admin_;
  return from.exchange(std::move(request), access, options);
}

Result<std::vector<ListedMeeting>> Stage::meetings_of(const client::Client& client) {
  auto answer = client.exchange({.method = "GET", .target = "/meetings"}, client::Access::user);
  if (!answer) return std::move(answer).error();
  auto body = types::parse(answer->body);
  if (!body) return std::move(body).error();
  const auto rows = body->is_object() ? body->find("meetings") : body->end();
  if (!body->is_object() || rows == body->end() || !rows->is_array()) {
    return Error{.code = Errc::protocol,
                 .message = "the answer to GET /meetings has no array `meetings`"};
  }
  std::vector<ListedMeeting> meetings;
  for (const auto& row : *rows)
    meetings.push_back(listed(row));
  return meetings;
}

Result<ListedMeeting> Stage::meeting(const std::string& label) {
  auto all = meetings();
  if (!all) return std::move(all).error();
  const auto native_id = meeting_id(label);
  const ListedMeeting* newest = nullptr;
  for (const auto& row : *all) {
    if (row.native_meeting_id == native_id && (!newest || row.id > newest->id)) newest = &row;
  }
  if (newest != nullptr) return *newest;
  return Error{.code = Errc::not_found, .message = "GET /meetings does not list " + label};
}

Result<ListedMeeting> Stage::await_state(const std::string& label,
                                         State wanted,
                                         std::vector<std::string>* seen) {
  std::vector<std::string> states;
  auto waiting = patience(bot_patience);
  for (;;) {
    auto row = meeting(label);
    const auto word = row ? row->status : describe(row.error());
    if (states.empty() || states.back() != word) states.push_back(word);
    if (seen != nullptr) *seen = states;
    const auto state = row ? row->state() : std::nullopt;
    if (state == wanted) return row;
    const auto path = label + " went " + join(states, " > ");
    if (state && is_final(*state)) {
      return Error{.code = Errc::failed,
                   .message = path + " and never became " + std::string(name_of(wanted))};
    }
    if (waiting.again()) continue;
    if (waiting.cancelled()) return Error{.code = Errc::cancelled, .message = "interrupted"};
    return Error{.code = Errc::timeout,
                 .message = path + " and did not become " + std::string(name_of(wanted)) +
                            " within " + format_duration(run_.scaled(bot_patience)),
                 .hint = "bots that need longer: --timeout-scale"};
  }
}

}  // namespace bot::suites
