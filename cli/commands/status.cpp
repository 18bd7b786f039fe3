#include "base/duration.hpp"
#include "base/time_format.hpp"
#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/service_status.hpp"
#include "cli/status_view.hpp"
#include "client/dialect.hpp"
#include "client/health.hpp"
#include "client/ops/get_bots_status.hpp"
#include "client/ops/get_metrics.hpp"
#include "client/ops/get_ready.hpp"
#include "client/ops/get_version.hpp"

namespace bot::cli {
namespace {

constexpr Millis shortest_watch{100};

// Errors after which there is no point in asking the same server for more.
bool ends_all(const Error& error) {
  return error.code == Errc::unreachable || error.code == Errc::timeout ||
         error.code == Errc::cancelled;
}

// Who answers at all. Errors: those of doctor's first look.
Status find_service(Context& context, ServiceStatus& status) {
  auto client = context.connect(client::Access::none);
  if (!client) return client.error();
  auto limits = context.exchange_limits();
  if (!limits) return limits.error();
  const auto health = client::check_health(**client, *limits);
  if (!health) return health.error();
  status.service = health->service.value_or(health->status);
  const auto dialect = client::find_dialect(**client, *health, *limits);
  if (!dialect) return dialect.error();
  status.generation = client::name_of(dialect->generation);
  return Unit{};
}

// A server that is not ready says so with a status that is an error elsewhere.
Status ask_readiness(Context& context, ServiceStatus& status) {
  auto client = context.connect(client::Access::none);
  if (!client) return client.error();
  auto limits = context.exchange_limits();
  if (!limits) return limits.error();
  limits->refusals = client::Refusals::are_answers;
  const auto ready = (*client)->run(client::GetReady{}, *limits);
  if (!ready && ends_all(ready.error())) return ready.error();
  if (!ready || ready->status.empty()) {
    status.unknown.emplace_back("readiness: the server does not tell");
    return Unit{};
  }
  status.readiness = ready->status == "ok" ? "ready" : ready->status;
  if (ready->parts.is_object()) status.parts = ready->parts;
  return Unit{};
}

Status ask_version(Context& context, ServiceStatus& status) {
  const auto version = context.run(client::GetVersion{});
  if (version) {
    status.version = version->version;
  } else if (ends_all(version.error())) {
    return version.error();
  }
  return Unit{};
}

Status ask_numbers(Context& context, ServiceStatus& status) {
  const auto metrics = context.run(client::GetMetrics{});
  if (metrics && metrics->has("botd_http_requests_total")) {
    status.numbers = numbers_of(*metrics, context.clock().now_ms());
    return Unit{};
  }
  if (!metrics && ends_all(metrics.error())) return metrics.error();
  status.unknown.emplace_back(
      metrics || metrics.error().code == Errc::not_found || metrics.error().code == Errc::protocol
          ? "seats, requests, queue: there are no metrics of botd at this address"
          : "seats, requests, queue: no metrics at this address: " + metrics.error().message);
  return Unit{};
}

// With a user's key at hand: of any generation.
Status ask_bots(Context& context, ServiceStatus& status) {
  if (context.settings().api_key.empty()) return Unit{};
  const auto bots = context.run(client::GetBotsStatus{});
  if (bots) {
    status.running_bots = static_cast<std::int64_t>(bots->running_bots.size());
  } else if (ends_all(bots.error())) {
    return bots.error();
  } else {
    status.unknown.push_back("this key's bots: " + bots.error().message);
  }
  return Unit{};
}

Result<ServiceStatus> look(Context& context) {
  ServiceStatus status;
  status.server = context.settings().server;
  for (const auto ask : {find_service, ask_readiness, ask_version, ask_numbers, ask_bots}) {
    if (auto asked = ask(context, status); !asked) return std::move(asked).error();
  }
  return status;
}

void show(Context& context, const ServiceStatus& status) {
  auto& output = context.output();
  const Record whole{
      .cells = {{status.readiness}}, .json = json_of(status), .id = status.readiness};
  if (output.is_json() || output.format() == Format::id) {
    output.object({{"READINESS"}}, whole);
  } else {
    output.list(status_columns(), lines_of(status));
  }
}

Status verdict(const ServiceStatus& status) {
  if (status.readiness != "not ready") return Unit{};
  std::string why;
  for (const auto& [part, how] : status.parts.items()) {
    if (how.is_string() && how != "ok")
      why += (why.empty() ? ": " : ", ") + part + " " + how.get<std::string>();
  }
  return Error{.code = Errc::unreachable, .message = "the server is not ready" + why};
}

// A screen of its own each time on a terminal; elsewhere one after the other, with its time.
void show_again(Context& context, const ServiceStatus& status) {
  auto& output = context.output();
  const auto now = format_time(context.clock().now_ms());
  if (output.is_json()) {
    auto json = json_of(status);
    json["at"] = now;
    output.event({.cells = {}, .json = json, .id = status.readiness});
    return;
  }
  const bool on_screen = output.format() == Format::table && context.world().terminal.out_is_tty;
  if (on_screen) output.stream() << "\x1b[H\x1b[2J";
  if (output.format() != Format::id) output.text(now + "\n");
  show(context, status);
  output.stream().flush();
}

// It may be restarting, or hang for a while, or what stands before it finds nobody behind.
bool passes(const Error& error) {
  return error.code == Errc::unreachable || error.code == Errc::unavailable ||
         error.code == Errc::server_error || error.code == Errc::timeout;
}

ServiceStatus unreachable(const std::string& server, const Error& why) {
  ServiceStatus status;
  status.server = server;
  status.service = "unknown";
  status.generation = "unknown";
  status.readiness = "unreachable";
  status.unknown = {"everything: " + why.message};
  return status;
}

Status watch(Context& context, Millis interval) {
  while (context.output().writable()) {
    const auto status = look(context);
    if (auto goes_on = context.check(); !goes_on) return goes_on;
    if (!status && !passes(status.error())) return status.error();
    show_again(context, status ? *status : unreachable(context.settings().server, status.error()));
    if (auto paused = context.pause(interval); !paused) return paused;
  }
  return Unit{};
}

Status run(const Arguments& arguments, Context& context) {
  if (arguments.has("watch")) {
    const auto interval = parse_duration(arguments.text("watch"));
    if (!interval || *interval < shortest_watch) {
      return Error{.code = Errc::invalid_argument,
                   .message = "--watch takes a duration of at least 100ms, not '" +
                              arguments.text("watch") + "'",
                   .hint = "for example --watch=5s"};
    }
    return watch(context, *interval);
  }
  const auto status = look(context);
  if (!status) return status.error();
  show(context, *status);
  return verdict(*status);
}

}  // namespace

Command status() {
  return {
      .noun = "",
      .verb = "status",
      .summary = "Show on one screen how the service is",
      .description =
          "Its version and readiness, seats and bots, requests and refusals since its start, "
          "queue, Redis, and how many servers share its database, as far as the server tells: "
          "numbers come from GET /metrics of the address that is asked. With a user's key also "
          "how many bots that key runs. Of other servers than botd it shows what they tell, and "
          "says what it cannot know.\n\n"
          "Exit code 0 when it is ready, also when it does without a part (degraded) or does not "
          "tell; 3 when it is not ready or cannot be reached. --watch goes on until it is "
          "interrupted, also while the server is away, which is then said instead (unreachable).",
      .options = {{.name = "watch",
                   .letter = 'w',
                   .kind = Kind::optional_text,
                   .value_name = "DUR",
                   .help = "Look again at each interval, 2s unless it is given",
                   .default_value = "2s"}},
      .examples = {{"botctl status", "how is it?"},
                   {"botctl status --watch=5s", "and how does it go on?"},
                   {"botctl status -o json | jq .seats", "for a program"}},
      .run = run};
}

}  // namespace bot::cli
