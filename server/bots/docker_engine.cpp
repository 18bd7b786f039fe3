#include "server/bots/docker_engine.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "client/http/curl_stream.hpp"
#include "client/http/curl_transport.hpp"
#include "drivers/crypto.hpp"
#include "server/bots/docker_wire.hpp"

namespace bot::bots {
namespace {

using client::HttpRequest;
using client::HttpResponse;
using nlohmann::json;
using std::chrono::steady_clock;

constexpr std::size_t longest_answer = std::size_t{16} * 1024 * 1024;
constexpr std::size_t longest_line = std::size_t{1024} * 1024;
constexpr std::string_view oldest_spoken = "1.41";
// Than asked for does libcurl give up: it counts in whole milliseconds.
constexpr std::chrono::milliseconds early{20};

std::shared_ptr<client::Transport> make_transport(const DockerEngineOptions& options,
                                                  std::function<bool()> cancelled = {}) {
  client::CurlOptions curl;
  curl.connect_timeout = options.deadline;
  curl.longest_body = longest_answer;
  curl.user_agent = "botd";
  curl.unix_socket = options.socket;
  curl.cancelled = std::move(cancelled);
  return client::make_curl_transport("http://localhost", std::move(curl));
}

std::string with_filter(const std::string& target, const json& filters) {
  return target + "filters=" + percent_encode(filters.dump());
}

std::string container_path(const std::string& id, std::string_view verb) {
  return "/containers/" + percent_encode(id) + std::string(verb);
}

// The Engine's own sentence, as data from outside.
std::string words_of(const HttpResponse& answer) {
  constexpr std::size_t enough = 300;
  const auto body = json::parse(answer.body, nullptr, false);
  const auto text = body.is_object() && body.contains("message") && body["message"].is_string()
                        ? body["message"].get<std::string>()
                        : "status " + std::to_string(answer.status);
  return truncate_to_width(escape_for_terminal(text), enough);
}

Errc code_of(int status, const std::string& words) {
  // Podman answers 500 for a name that is taken.
  if (status == 409 || words.find("already in use") != std::string::npos) return Errc::conflict;
  if (status == 404) return Errc::not_found;
  if (status == 400) return Errc::invalid_argument;
  return Errc::server_error;
}

Error refusal(const HttpResponse& answer) {
  const auto words = words_of(answer);
  return {.code = code_of(answer.status, words),
          .message = "the Docker Engine answered: " + words,
          .hint = {},
          .http_status = answer.status};
}

Status expect_success(const Result<HttpResponse>& answer) {
  if (!answer) return answer.error();
  if (answer->status >= 200 && answer->status < 400) return Unit{};
  return refusal(*answer);
}

Error unreadable(const std::string& what) {
  return {.code = Errc::protocol,
          .message = "the Docker Engine's answer to " + what + " cannot be understood"};
}

// By numbers: "1.9" is older than "1.41".
bool is_older(std::string_view a, std::string_view b) {
  const auto numbers = [](std::string_view text) {
    const auto dot = text.find('.');
    const auto minor = dot == text.npos ? std::string_view() : text.substr(dot + 1);
    return std::pair(parse_int(text.substr(0, dot)).value_or(0), parse_int(minor).value_or(0));
  };
  return numbers(a) < numbers(b);
}

}  // namespace

bool is_away(const Error& error) {
  return error.code == Errc::unreachable || error.code == Errc::timeout ||
         error.code == Errc::cancelled;
}

std::string Container::label(const std::string& name) const {
  const auto found = labels.find(name);
  return found == labels.end() ? "" : found->second;
}

DockerEngine::DockerEngine(DockerEngineOptions options)
    : options_(std::move(options)),
      transport_(make_transport(options_)),
      waiting_(make_transport(options_, [this] { return ending_.load(); })),
      stream_(std::make_unique<client::CurlStream>(options_.socket)) {}

DockerEngine::~DockerEngine() = default;

std::string DockerEngine::base() const {
  const std::scoped_lock lock(mutex_);
  return "/v" + api_;
}

Result<HttpResponse> DockerEngine::call(client::Transport& transport,
                                        const HttpRequest& request,
                                        Millis deadline) {
  auto answer = transport.send(request, deadline);
  if (answer) return answer;
  auto error = std::move(answer).error();
  error.message = "the Docker Engine is away: " + error.message;
  error.hint = "check that it runs and that botd may use its socket";
  return error;
}

Result<HttpResponse> DockerEngine::versioned(HttpRequest request, Millis deadline) {
  request.target = base() + request.target;
  return call(*transport_, request, deadline);
}

Status DockerEngine::settle_version(const std::string& body, EngineFacts& facts) {
  const auto version = json::parse(body, nullptr, false);
  if (!version.is_object()) return unreadable("/version");
  const auto text = [&version](const char* name) {
    const auto found = version.find(name);
    return found != version.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  facts.version = text("Version");
  const auto newest = text("ApiVersion");
  if (newest.empty()) return unreadable("/version");
  if (is_older(newest, oldest_spoken)) {
    return Error{.code = Errc::protocol,
                 .message = "the Docker Engine at " + options_.socket + " speaks API " + newest +
                            ", and botd needs " + std::string(oldest_spoken),
                 .hint = "update the Engine (20.10 or later)"};
  }
  const auto least = text("MinAPIVersion");
  const std::scoped_lock lock(mutex_);
  api_ = is_older(oldest_spoken, least) ? least : oldest_spoken;
  return Unit{};
}

Result<EngineFacts> DockerEngine::greet() {
  EngineFacts facts;
  const auto version = call(*transport_, {.target = "/version"}, options_.deadline);
  if (auto fine = expect_success(version); !fine) return std::move(fine).error();
  if (auto settled = settle_version(version->body, facts); !settled) {
    return std::move(settled).error();
  }
  std::vector<EngineIdentity> seen;
  for (int i = 0; i < 2; ++i) {
    const auto info = versioned({.target = "/info"}, options_.deadline);
    if (auto fine = expect_success(info); !fine) return std::move(fine).error();
    const auto identity = decode_identity(info->body);
    if (!identity) return unreadable("/info");
    seen.push_back(*identity);
  }
  // Podman makes a new ID for each answer; what it keeps is where and what it is.
  const auto& [id, name, root] = seen.front();
  const auto stable = !id.empty() && id == seen.back().id ? id : name + "\n" + root;
  constexpr std::size_t enough = 12;
  facts.identity = sha256_hex(stable).substr(0, enough);
  return facts;
}

Result<std::string> DockerEngine::create(const ContainerPlan& plan) {
  const auto answer = versioned({.method = "POST",
                                 .target = "/containers/create?name=" + percent_encode(plan.name),
                                 .headers = {{"Content-Type", "application/json"}},
                                 .body = encode_plan(plan)},
                                options_.work_deadline);
  if (auto fine = expect_success(answer); !fine) return std::move(fine).error();
  const auto body = json::parse(answer->body, nullptr, false);
  if (!body.is_object() || !body.contains("Id") || !body["Id"].is_string()) {
    return unreadable("a create");
  }
  return body["Id"].get<std::string>();
}

Status DockerEngine::start(const std::string& id) {
  return expect_success(versioned({.method = "POST", .target = container_path(id, "/start")},
                                  options_.work_deadline));
}

// Engines wait for the end that a SIGKILL brings about.
Status DockerEngine::signal(const std::string& id, std::string_view name) {
  const auto target = base() + container_path(id, "/kill?signal=") + std::string(name);
  return expect_success(
      call(*waiting_, {.method = "POST", .target = target}, options_.work_deadline));
}

Status DockerEngine::terminate(const std::string& id) {
  return signal(id, "SIGTERM");
}

Status DockerEngine::kill(const std::string& id) {
  return signal(id, "SIGKILL");
}

Status DockerEngine::remove(const std::string& id) {
  const auto target = base() + container_path(id, "?force=true&v=true");
  auto removed = expect_success(
      call(*waiting_, {.method = "DELETE", .target = target}, options_.work_deadline));
  if (!removed && removed.error().code == Errc::not_found) return Unit{};
  return removed;
}

Result<Container> DockerEngine::inspect(const std::string& id_or_name) {
  const auto answer = versioned({.target = container_path(id_or_name, "/json")}, options_.deadline);
  if (auto fine = expect_success(answer); !fine) return std::move(fine).error();
  auto container = decode_container(answer->body);
  if (!container) return unreadable("an inspect");
  return *std::move(container);
}

Result<std::vector<Container>> DockerEngine::list(const std::string& label) {
  const auto target =
      with_filter("/containers/json?all=true&", json{{"label", json::array({label})}});
  const auto answer = versioned({.target = target}, options_.deadline);
  if (auto fine = expect_success(answer); !fine) return std::move(fine).error();
  auto containers = decode_containers(answer->body);
  if (!containers) return unreadable("a list");
  return *std::move(containers);
}

Result<bool> DockerEngine::has_image(const std::string& image) {
  // Slashes of a name are part of the path.
  const auto name = replace_all(percent_encode(image), "%2F", "/");
  const auto fine =
      expect_success(versioned({.target = "/images/" + name + "/json"}, options_.deadline));
  if (fine) return true;
  if (fine.error().code == Errc::not_found) return false;
  return fine.error();
}

Status DockerEngine::pull(const std::string& image) {
  const auto [name, tag] = split_image(image);
  auto target = base() + "/images/create?fromImage=" + percent_encode(name);
  if (!tag.empty()) target += "&tag=" + percent_encode(tag);
  const auto given_up = steady_clock::now() + options_.pull_deadline - early;
  const auto answer = call(*waiting_, {.method = "POST", .target = target}, options_.pull_deadline);
  // Sooner it is the connection that was not made.
  if (!answer && answer.error().code == Errc::timeout && steady_clock::now() >= given_up) {
    return Error{.code = Errc::server_error,
                 .message = "pulling " + image + " took longer than " +
                            format_duration(options_.pull_deadline) + "; docker pull it first"};
  }
  if (auto fine = expect_success(answer); !fine) return fine;
  // A pull that fails half way was answered 200 before.
  if (const auto failure = pull_failure(answer->body)) {
    return Error{.code = Errc::server_error,
                 .message = "the Docker Engine cannot pull " + image + ": " + *failure};
  }
  return Unit{};
}

Status DockerEngine::listen(const std::string& label,
                            const std::function<void()>& opened,
                            const std::function<void(const std::string& id)>& ended) {
  const auto target = base() + with_filter("/events?",
                                           json{{"type", json::array({"container"})},
                                                {"label", json::array({label})}});
  std::string pending;
  const auto take = [&pending, &ended](std::string_view bytes) {
    pending.append(bytes);
    for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n')) {
      if (const auto id = ended_container(std::string_view(pending).substr(0, end))) ended(*id);
      pending.erase(0, end + 1);
    }
    if (pending.size() > longest_line) pending.clear();
  };
  return stream_->run(target, {.opened = opened, .came = take});
}

void DockerEngine::stop_listening() {
  ending_ = true;
  stream_->stop();
}

}  // namespace bot::bots
