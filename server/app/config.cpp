#include "server/app/config.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <ostream>

#include "base/ids.hpp"
#include "base/service_url.hpp"
#include "base/text.hpp"
#include "server/app/private_file.hpp"
#include "server/app/security_settings.hpp"

namespace bot::app {
namespace {

Error bad_value(const std::string& what, const std::string& hint) {
  return {.code = Errc::invalid_argument, .message = what, .hint = hint};
}

std::string variable_of(const std::string& name) {
  auto variable = "BOTD_" + name;
  std::transform(variable.begin(), variable.end(), variable.begin(), [](char c) {
    return c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return variable;
}

// From a variable, or from the private file that the variable with _FILE names.
Result<std::optional<std::string>> from_variable(const std::string& variable,
                                                 const Environment& environment) {
  auto value = environment(variable);
  if (value && !value->empty()) return value;
  const auto file = environment(variable + "_FILE");
  if (!file || file->empty()) return std::optional<std::string>();
  const auto held = read_private_file(*file);
  if (!held) return bad_value(variable + "_FILE: " + held.error().message, held.error().hint);
  value = std::string(trim(*held));
  if (value->empty())
    return bad_value(variable + "_FILE: " + *file + " is empty", "write the value into it");
  return value;
}

Status refuse_passwords(const Setting& setting, const std::vector<std::string>& values) {
  if (!setting.secret_url) return Unit{};
  if (std::none_of(values.begin(), values.end(), has_password)) return Unit{};
  const auto variable = variable_of(setting.name);
  return bad_value(
      "--" + setting.name +
          ": a password on the command line can be read by every user of this machine",
      "put the URL into " + variable + " or into the file named by " + variable + "_FILE");
}

// Flag over environment over default, for one setting.
Result<std::string> apply(const Setting& setting,
                          const std::vector<GivenFlag>& flags,
                          const Environment& environment,
                          Config& config) {
  std::vector<std::string> values;
  std::string origin = "flag";
  std::string named = "--" + setting.name;
  for (const auto& flag : flags) {
    if (flag.name == setting.name) values.push_back(flag.value);
  }
  if (auto shown = refuse_passwords(setting, values); !shown) return std::move(shown).error();
  if (values.empty()) {
    const auto variable = variable_of(setting.name);
    const auto given =
        setting.secret_url ? from_variable(variable, environment) : Result(environment(variable));
    if (!given) return given.error();
    auto value = *given;
    named = variable;
    if ((!value || value->empty()) && !setting.also.empty()) {
      value = environment(setting.also);
      named = setting.also;
    }
    if (!value || value->empty()) return std::string("default");
    origin = "environment";
    if (setting.repeatable) {
      for (const auto part : split(*value, ','))
        values.emplace_back(part);
    } else {
      values.push_back(*value);
    }
  }
  for (const auto& value : values) {
    if (auto read = setting.read(config, value); !read) {
      auto error = std::move(read).error();
      error.message = named + ": " + error.message;
      return error;
    }
  }
  return origin;
}

Status read_admin_key(const Environment& environment, Config& config) {
  const auto given = from_variable("BOTD_ADMIN_KEY", environment);
  if (!given) return given.error();
  const auto& key = *given;
  if (!key) return Unit{};
  if (key->size() < 16) {
    return bad_value("BOTD_ADMIN_KEY: a key of fewer than 16 characters can be guessed",
                     "use a longer one, e.g. from: openssl rand -hex 24");
  }
  config.admin_key = key;
  return Unit{};
}

Status check_together(const Config& config) {
  if (config.bot_heartbeat_interval >= config.active_limit) {
    return bad_value("--bot-heartbeat-interval " + format_duration(config.bot_heartbeat_interval) +
                         " is not shorter than --active-limit " +
                         format_duration(config.active_limit) +
                         ", so that every active bot would be taken for dead",
                     "let several heartbeats fit into the limit");
  }
  // Where the admin key is taken.
  const auto& host = config.admin_listen ? config.admin_listen->host : config.listen_host;
  if (!config.admin_key && !is_loopback_host(host) && !config.allow_generated_key) {
    return bad_value((config.admin_listen ? "--admin-listen " : "--listen ") + host +
                         ": a generated admin key is only used on this machine",
                     "set BOTD_ADMIN_KEY_FILE (or BOTD_ADMIN_KEY), or say --allow-generated-key");
  }
  if (auto secure = check_security(config); !secure) return secure;
  return check_docker(config);
}

// As every program that speaks to an Engine does; our own variable and flag come first.
Status read_docker_host(const Environment& environment, ResolvedConfig& resolved) {
  const auto given = environment("DOCKER_HOST");
  if (resolved.config.runtime != RuntimeKind::docker || !given || given->empty()) return Unit{};
  const auto& all = settings();
  const auto setting = std::find_if(
      all.begin(), all.end(), [](const auto& each) { return each.name == "docker-socket"; });
  auto& origin = resolved.origins[static_cast<std::size_t>(setting - all.begin())];
  if (origin != "default") return Unit{};
  auto socket = socket_of_docker_host(*given);
  if (!socket) return std::move(socket).error();
  resolved.config.docker.socket = *std::move(socket);
  origin = "environment";
  return Unit{};
}

Result<ResolvedConfig> resolve(const std::vector<Setting>& table,
                               const std::vector<GivenFlag>& flags,
                               const Environment& environment) {
  ResolvedConfig resolved;
  resolved.table = &table;
  resolved.config.data_dir = default_data_dir(environment);
  for (const auto& setting : table) {
    auto origin = apply(setting, flags, environment, resolved.config);
    if (!origin) return std::move(origin).error();
    resolved.origins.push_back(*origin);
  }
  return resolved;
}

}  // namespace

Result<ResolvedConfig> resolve_config(const std::vector<GivenFlag>& flags,
                                      const Environment& environment) {
  auto resolved_settings = resolve(settings(), flags, environment);
  if (!resolved_settings) return resolved_settings;
  auto resolved = *std::move(resolved_settings);
  if (auto key = read_admin_key(environment, resolved.config); !key) return std::move(key).error();
  if (auto host = read_docker_host(environment, resolved); !host) return std::move(host).error();
  if (auto sound = check_together(resolved.config); !sound) return std::move(sound).error();
  return resolved;
}

Result<ResolvedConfig> resolve_worker_config(const std::vector<GivenFlag>& flags,
                                             const Environment& environment) {
  constexpr std::size_t id_digits = 8;
  auto resolved = resolve(worker_settings(), flags, environment);
  if (!resolved) return resolved;
  auto& config = resolved->config;
  if (config.database_url.empty()) {
    return bad_value("a worker needs the PostgreSQL database of its servers",
                     "give --database-url or BOTD_DATABASE_URL; on SQLite, botd serve does the "
                     "work itself");
  }
  if (config.worker_id.empty()) config.worker_id = "worker-" + random_hex(id_digits);
  return resolved;
}

Result<ResolvedConfig> resolve_health_config(const std::vector<GivenFlag>& flags,
                                             const Environment& environment) {
  return resolve(health_settings(), flags, environment);
}

void print_config(std::ostream& out, const ResolvedConfig& resolved) {
  const auto& table = *resolved.table;
  for (std::size_t i = 0; i < table.size(); ++i) {
    const auto& setting = table[i];
    out << setting.name << " = " << setting.show(resolved.config) << "  # " << resolved.origins[i]
        << '\n';
  }
  if (&table != &settings()) return;
  out << "admin-key = "
      << (resolved.config.admin_key ? "(set)  # environment" : "(in the data directory)  # default")
      << '\n';
}

std::string default_data_dir(const Environment& environment) {
  const auto state = environment("XDG_STATE_HOME");
  if (state && state->starts_with('/')) return *state + "/botd";
  const auto home = environment("HOME");
  return (home && !home->empty() ? *home : std::string("/var/lib")) + "/.local/state/botd";
}

bool is_loopback_host(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 && ntohl(address.s_addr) >> 24U == 127;
}

}  // namespace bot::app
