#include <algorithm>
#include <array>
#include <utility>

#include "base/service_url.hpp"
#include "base/text.hpp"
#include "drivers/postgres/connection.hpp"
#include "drivers/redis/url.hpp"
#include "server/app/config.hpp"
#include "server/app/security_settings.hpp"
#include "server/app/setting_kinds.hpp"
#include "server/domain/email.hpp"

namespace bot::app {
namespace {

Status read_listen(Config& config, const std::string& value) {
  auto address = parse_listen_address(value);
  if (!address) return std::move(address).error();
  config.listen_host = std::move(address->host);
  config.listen_port = address->port;
  return Unit{};
}

std::string show_listen(const Config& config) {
  return to_string(ListenAddress{config.listen_host, config.listen_port});
}

Status read_script(Config& config, const std::string& value) {
  auto rule = bots::parse_script_rule(value);
  if (!rule) return std::move(rule).error();
  config.bot_scripts.push_back(*std::move(rule));
  return Unit{};
}

std::string show_scripts(const Config& config) {
  std::vector<std::string> rules;
  for (const auto& rule : config.bot_scripts)
    rules.push_back(rule.pattern + "=" + std::string(bots::name_of(rule.script)));
  return join(rules, ",");
}

Status read_callback_url(Config& config, const std::string& value) {
  const bool web = value.starts_with("http://") || value.starts_with("https://");
  if (!web || value.find('@') != value.npos) {
    return bad_value("'" + value + "' is not an http or https URL without a password");
  }
  config.callback_urls.push_back(value.ends_with('/') ? value.substr(0, value.size() - 1) : value);
  return Unit{};
}

Status read_database_url(Config& config, const std::string& value) {
  if (value.empty()) return Unit{};
  if (auto known = check_service_url(value, {"postgresql", "postgres"}); !known) return known;
  if (auto readable = sql::check_postgres_url(value); !readable) return readable;
  config.database_url = value;
  return Unit{};
}

Status read_redis_url(Config& config, const std::string& value) {
  if (value.empty()) return Unit{};
  if (auto known = redis::parse_url(value); !known) return std::move(known).error();
  config.redis_url = value;
  return Unit{};
}

Status read_account_domain(Config& config, const std::string& value) {
  if (!domain::normal_email("account@" + value)) {
    return bad_value("'" + value + "' is not the domain of an e-mail address");
  }
  config.account_domain = to_lower(value);
  return Unit{};
}

Status read_log_level(Config& config, const std::string& value) {
  static constexpr std::array<std::string_view, 4> levels = {"debug", "info", "warning", "error"};
  const auto level = to_lower(value) == "warn" ? "warning" : to_lower(value);
  if (std::find(levels.begin(), levels.end(), level) == levels.end()) {
    return bad_value("'" + value + "' is none of debug, info, warning, error");
  }
  config.log_level = level;
  return Unit{};
}

std::vector<Setting> server_settings() {
  return {
      {.name = "listen",
       .placeholder = "HOST:PORT",
       .help = "Where to listen; port 0 lets the kernel choose one",
       .read = read_listen,
       .show = show_listen},
      {.name = "data-dir",
       .placeholder = "DIR",
       .help = "Where the database, the keys and the file 'endpoint' are kept",
       .read = [](Config& config, const std::string& value) -> Status {
         config.data_dir = value;
         return Unit{};
       },
       .show = [](const Config& config) { return config.data_dir; }},
      {.name = "database-url",
       .placeholder = "URL",
       .help = "postgresql://USER@HOST/DATABASE instead of the SQLite file in the data directory",
       .secret_url = true,
       .read = read_database_url,
       .show = [](const Config& config) { return without_password(config.database_url); }},
      number("database-connections",
             "Most connections to PostgreSQL",
             &Config::database_connections,
             1,
             1024),
      {.name = "redis-url",
       .placeholder = "URL",
       .help = "redis://HOST:PORT/DATABASE for commands and events between servers and bots",
       .secret_url = true,
       .read = read_redis_url,
       .show = [](const Config& config) { return without_password(config.redis_url); }},
  };
}

std::vector<Setting> behaviour_settings() {
  return {
      choice<RuntimeKind>(
          "runtime",
          "How bots run: child processes, inside the server for load tests, or in containers",
          &Config::runtime,
          {{"process", RuntimeKind::process},
           {"simulated", RuntimeKind::simulated},
           {"docker", RuntimeKind::docker}}),
      choice<OnShutdown>("on-shutdown",
                         "What becomes of running bots when the server stops",
                         &Config::on_shutdown,
                         {{"leave", OnShutdown::leave}, {"stop", OnShutdown::stop}}),
      on_off("strict-meeting-ids",
             "Accept only meeting ids in the platform's own form",
             &Config::strict_meeting_ids),
      on_off("allow-private-targets",
             "Let webhooks go to private and loopback addresses (test rigs)",
             &Config::allow_private_targets),
      on_off("allow-generated-key",
             "Listen beyond loopback even with the generated admin key",
             &Config::allow_generated_key),
  };
}

std::vector<Setting> job_settings() {
  return {
      on_off("no-embedded-worker",
             "Leave the jobs to separate botd worker processes",
             &Config::no_embedded_worker),
      number("generate-limit",
             "Requests for accounts that one user's key may make in a minute; 0 refuses them",
             &Config::generate_limit,
             0,
             1'000'000),
      number("account-limit",
             "Accounts that one user may have, with those that its jobs are to make; 0 is no limit",
             &Config::account_limit,
             0,
             1'000'000),
      {.name = "account-domain",
       .placeholder = "DOMAIN",
       .help = "Of the e-mail addresses of accounts that jobs make",
       .read = read_account_domain,
       .show = [](const Config& config) { return config.account_domain; }},
      duration("job-time-limit",
               "How long one attempt at a job may take",
               &Config::job_time_limit,
               Zero::refused),
  };
}

Setting callback_url_setting() {
  return {.name = "callback-url",
          .placeholder = "URL",
          .help = "Where bots reach a server; may be given several times, bots try them all",
          .repeatable = true,
          .read = read_callback_url,
          .show = [](const Config& config) { return join(config.callback_urls, ","); }};
}

std::vector<Setting> bot_settings() {
  return {
      duration("bot-start-delay",
               "Wait before a bot is launched",
               &Config::bot_start_delay,
               Zero::allowed),
      duration("bot-join-delay",
               "How long a bot takes to be admitted",
               &Config::bot_join_delay,
               Zero::allowed),
      duration("bot-leave-delay",
               "How long a bot takes to leave",
               &Config::bot_leave_delay,
               Zero::allowed),
      duration("bot-heartbeat-interval",
               "How often a bot says that it lives",
               &Config::bot_heartbeat_interval,
               Zero::refused),
      duration("bot-segment-interval",
               "How often the reference bot hears a sentence",
               &Config::bot_segment_interval,
               Zero::refused),
      duration("bot-orphan-timeout",
               "A bot that reaches no server for so long leaves",
               &Config::bot_orphan_timeout,
               Zero::refused),
      {.name = "bot-script",
       .placeholder = "PATTERN=SCRIPT",
       .help = "Bots of matching meeting ids misbehave: never-starts, hang, silent, dies, "
               "ignores-leave, exit1",
       .repeatable = true,
       .read = read_script,
       .show = show_scripts},
      duration("stop-grace",
               "A bot that has not gone so long after a stop is killed",
               &Config::stop_grace,
               Zero::refused),
      duration("cleanup-interval",
               "How often silent bots are looked for",
               &Config::cleanup_interval,
               Zero::refused),
      duration(
          "reserved-limit", "Longest stay in reserved", &Config::reserved_limit, Zero::refused),
      duration(
          "starting-limit", "Longest stay in starting", &Config::starting_limit, Zero::refused),
      duration(
          "active-limit", "Longest silence of an active bot", &Config::active_limit, Zero::refused),
      duration(
          "stopping-limit", "Longest stay in stopping", &Config::stopping_limit, Zero::refused),
  };
}

std::vector<Setting> keeping_settings() {
  return {
      duration("keep-deliveries",
               "How long webhook deliveries are kept",
               &Config::keep_deliveries,
               Zero::refused),
      duration("keep-audit", "How long the audit log is kept", &Config::keep_audit, Zero::refused),
      duration("keep-queue-items",
               "How long finished queue items are kept",
               &Config::keep_queue_items,
               Zero::refused),
      duration("keep-transcripts",
               "How long transcripts of ended meetings are kept; 0 keeps them",
               &Config::keep_transcripts,
               Zero::allowed),
      number("threads", "Network threads; 0 takes one per core", &Config::threads, 0, 256),
      number("workers", "Threads that answer requests", &Config::workers, 1, 1024),
      number("rate-limit",
             "Requests a second that one user's key may make on average; 0 is no limit",
             &Config::rate_limit,
             0,
             1'000'000),
      number("rate-burst",
             "Requests that such a key may make at once",
             &Config::rate_burst,
             1,
             1'000'000),
      number("max-body-bytes",
             "Largest request body",
             &Config::max_body_bytes,
             1024,
             std::int64_t{1} << 30),
      choice<LogFormat>(
          "log-format",
          "Log lines as text or JSON; auto is text on a terminal",
          &Config::log_format,
          {{"auto", LogFormat::automatic}, {"text", LogFormat::text}, {"json", LogFormat::json}}),
      {.name = "log-level",
       .placeholder = "debug|info|warning|error",
       .help = "The least important lines that are logged",
       .read = read_log_level,
       .show = [](const Config& config) { return config.log_level; }},
  };
}

}  // namespace

const std::vector<Setting>& settings() {
  static const std::vector<Setting> all = [] {
    auto joined = server_settings();
    for (auto& setting : behaviour_settings())
      joined.push_back(std::move(setting));
    for (auto& setting : job_settings())
      joined.push_back(std::move(setting));
    joined.push_back(callback_url_setting());
    for (auto& setting : security_settings())
      joined.push_back(std::move(setting));
    for (auto& setting : bot_settings())
      joined.push_back(std::move(setting));
    for (auto& setting : docker_settings())
      joined.push_back(std::move(setting));
    for (auto& setting : keeping_settings())
      joined.push_back(std::move(setting));
    return joined;
  }();
  return all;
}

}  // namespace bot::app
