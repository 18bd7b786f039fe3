#include "server/bots/callback_link.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "client/http/curl_transport.hpp"

namespace bot::bots {

namespace {

using std::chrono::steady_clock;

constexpr Millis poll_slack{10'000};

std::int64_t steady_ms() {
  return std::chrono::duration_cast<Millis>(steady_clock::now().time_since_epoch()).count();
}

// The state that a 409 says the meeting is in; it stands in the body or in its `detail`.
std::string conflicting_state(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (!json.is_object()) return "";
  const auto read = [](const nlohmann::json& object) -> std::string {
    const auto from = object.find("from");
    return from != object.end() && from->is_string() ? from->get<std::string>() : "";
  };
  const auto detail = json.find("detail");
  return detail != json.end() && detail->is_object() ? read(*detail) : read(json);
}

}  // namespace

CallbackLink::Verdict judge_answer(int status, const std::string& body) {
  using Verdict = CallbackLink::Verdict;
  if (status >= 200 && status < 300) return Verdict::accepted;
  if (status == 401 || status == 404) return Verdict::over;
  if (status == 409) {
    const std::string from = conflicting_state(body);
    return from.empty() || from == "completed" || from == "failed" ? Verdict::over
                                                                   : Verdict::refused;
  }
  if (status >= 500 || status == 429 || status == 408) return Verdict::no_answer;
  return Verdict::refused;
}

CallbackLink::CallbackLink(const BotSpec& spec, std::function<bool()> cancelled)
    : secret_(spec.callback_secret), last_contact_ms_(steady_ms()) {
  client::CurlOptions options;
  options.connect_timeout = Millis{2000};
  options.longest_body = 1 << 20;
  options.user_agent = "botd-bot";
  options.cancelled = std::move(cancelled);
  for (const auto& url : spec.callback_urls) {
    transports_.push_back(client::make_curl_transport(url, options));
  }
}

Millis CallbackLink::since_contact() const {
  return Millis{steady_ms() - last_contact_ms_.load()};
}

CallbackLink::Reply CallbackLink::send(const client::HttpRequest& request, Millis deadline) {
  const std::size_t first = preferred_.load();
  for (std::size_t i = 0; i < transports_.size(); ++i) {
    const std::size_t index = (first + i) % transports_.size();
    const auto response = transports_[index]->send(request, deadline);
    if (!response) continue;
    last_contact_ms_ = steady_ms();
    const Verdict verdict = judge_answer(response->status, response->body);
    if (verdict == Verdict::no_answer) continue;
    preferred_ = index;
    return {verdict, response->body};
  }
  return {};
}

CallbackLink::Reply CallbackLink::post(const std::string& word,
                                       const std::string& body,
                                       Millis deadline) {
  return send({"POST", callback_path(secret_, word), {{"Content-Type", "application/json"}}, body},
              deadline);
}

CallbackLink::Reply CallbackLink::get_commands(std::int64_t after, Millis wait) {
  const std::string query =
      "?after=" + std::to_string(after) + "&wait=" + std::to_string(wait.count()) + "ms";
  return send({"GET", callback_path(secret_, "commands") + query, {}, ""}, wait + poll_slack);
}

bool CallbackLink::probe(Millis deadline) {
  return send({"GET", "/health", {}, ""}, deadline).verdict != Verdict::no_answer;
}

}  // namespace bot::bots
