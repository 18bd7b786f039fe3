#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "server/app/docker_config.hpp"
#include "server/app/listen_address.hpp"
#include "server/bots/script.hpp"

namespace bot::app {

enum class RuntimeKind { process, simulated, docker };
enum class OnShutdown { leave, stop };
enum class LogFormat { automatic, text, json };

// Everything botd can be told, resolved once from flags, environment and defaults; but for
// jobs/hold.hpp, which is there for tests, nobody else reads the environment. Durations are
// positive unless said otherwise.
struct Config {
  std::string listen_host = "127.0.0.1";
  std::uint16_t listen_port = 8056;  // 0: the kernel chooses; see the file `endpoint`
  std::string data_dir;
  RuntimeKind runtime = RuntimeKind::process;
  OnShutdown on_shutdown = OnShutdown::leave;
  std::string database_url;  // postgresql://…; empty: the SQLite file in the data directory
  std::int64_t database_connections = 16;
  std::string redis_url;  // redis://…; empty: commands and events stay in this process
  bool strict_meeting_ids = false;
  bool allow_private_targets = false;
  bool allow_generated_key = false;        // also beyond loopback
  std::vector<std::string> callback_urls;  // empty: the address it listens on

  std::string tls_cert;  // PEM files; both or neither
  std::string tls_key;
  std::optional<ListenAddress> admin_listen;  // nullopt: everything is served on one address
  std::vector<std::string> cors_origins;      // http::normal_cors_origin; empty: no CORS
  std::string user;                           // NAME or NAME:GROUP; empty: stays who it is

  Millis bot_start_delay{0};  // may be zero
  Millis bot_join_delay{1000};
  Millis bot_leave_delay{0};  // may be zero
  Millis bot_heartbeat_interval{30'000};
  Millis bot_segment_interval{2000};
  Millis bot_orphan_timeout{120'000};
  std::vector<bots::ScriptRule> bot_scripts;
  DockerConfig docker;

  Millis stop_grace{15'000};
  Millis cleanup_interval{60'000};
  Millis reserved_limit{300'000};
  Millis starting_limit{600'000};
  Millis active_limit{120'000};
  Millis stopping_limit{300'000};

  Millis keep_deliveries{std::chrono::hours{24 * 30}};
  Millis keep_audit{std::chrono::hours{24 * 365}};
  Millis keep_queue_items{std::chrono::hours{24}};
  Millis keep_transcripts{0};  // zero: for ever

  int threads = 0;  // of the network; 0: one per core
  int workers = 16;
  int rate_limit = 0;  // requests a second of one user's key; 0: no limit
  int rate_burst = 120;
  std::int64_t max_body_bytes = 1 << 20;
  LogFormat log_format = LogFormat::automatic;
  std::string log_level = "info";

  bool no_embedded_worker = false;    // the server itself works on no jobs
  std::int64_t generate_limit = 10;   // requests for accounts of one user's key a minute; 0: none
  std::int64_t account_limit = 1000;  // accounts that one user may have; 0: no limit
  std::string account_domain = "accounts.invalid";  // of the accounts that jobs make
  Millis job_time_limit{300'000};                   // of one attempt

  // Of `botd worker`:
  std::string worker_id;
  std::optional<std::int64_t> max_retries;  // absent: each job has its own
  Millis health_check_interval{30'000};
  std::int64_t concurrency = 4;
  std::vector<std::string> queues = {"jobs", "webhooks"};  // names that lane_of_queue takes
  Millis shutdown_grace{25'000};

  std::string server_url;  // of `botd health`; empty: that of the data directory's server

  // From BOTD_ADMIN_KEY or the file named by BOTD_ADMIN_KEY_FILE; nullopt: the data directory's
  // own.
  std::optional<std::string> admin_key;
};

// One setting of a command: the flag `--name`, the variable `BOTD_NAME`, and how it is read and
// shown. The same table makes the command line, the environment, --print-config and botd(8).
struct Setting {
  std::string name;         // "bot-join-delay"
  std::string placeholder;  // "DURATION"; empty for a switch
  std::string help;         // one sentence
  bool repeatable = false;  // in the environment, values are separated by commas
  // A URL that may hold a password: refused on the command line, and also read from the private
  // file that BOTD_NAME_FILE names.
  bool secret_url = false;
  std::string also = {};  // another variable, read when neither flag nor BOTD_NAME is there
  std::function<Status(Config&, const std::string& value)> read;
  std::function<std::string(const Config&)> show;
};

const std::vector<Setting>& settings();         // of `botd serve`
const std::vector<Setting>& worker_settings();  // of `botd worker`
const std::vector<Setting>& health_settings();  // of `botd health`

// What was given on the command line: name and value, in order. Switches have the value "true".
struct GivenFlag {
  std::string name;
  std::string value;
};

using Environment = std::function<std::optional<std::string>(const std::string& name)>;

struct ResolvedConfig {
  Config config;
  std::vector<std::string> origins;  // per setting: "flag", "environment" or "default"
  const std::vector<Setting>* table = nullptr;
};

// Flag over environment over default. Errors: invalid_argument naming the flag or the variable.
// Reads BOTD_ADMIN_KEY and the file of BOTD_ADMIN_KEY_FILE, which must be private.
Result<ResolvedConfig> resolve_config(const std::vector<GivenFlag>& flags,
                                      const Environment& environment);

// The same for `botd worker` and `botd health`. A worker needs a PostgreSQL database; without an id
// it gets one that nobody else has.
Result<ResolvedConfig> resolve_worker_config(const std::vector<GivenFlag>& flags,
                                             const Environment& environment);
Result<ResolvedConfig> resolve_health_config(const std::vector<GivenFlag>& flags,
                                             const Environment& environment);

// The lane of a name that --queues takes; empty: it takes no such name.
std::string lane_of_queue(std::string_view name);

// A line per setting: name, value, origin. Never a secret.
void print_config(std::ostream& out, const ResolvedConfig& resolved);

// $XDG_STATE_HOME/botd, by default ~/.local/state/botd.
std::string default_data_dir(const Environment& environment);

// Whether only this machine can reach the address.
bool is_loopback_host(const std::string& host);

}  // namespace bot::app
