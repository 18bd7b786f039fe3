#include "server/app/command_line.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>

#include "base/fault.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "server/app/config.hpp"
#include "server/app/copy_command.hpp"
#include "server/app/database_command.hpp"
#include "server/app/health_command.hpp"
#include "server/app/man_page.hpp"
#include "server/app/router.hpp"
#include "server/app/serve.hpp"
#include "server/app/setting_flags.hpp"
#include "server/app/version.hpp"
#include "server/app/worker_command.hpp"
#include "server/bots/bot_process.hpp"

namespace bot::app {
namespace {

std::optional<std::string> from_environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return std::string(value);
}

int exit_code(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return 2;
    case Errc::unauthenticated:
      return 4;
    case Errc::not_found:
      return 5;
    case Errc::conflict:
      return 6;
    case Errc::internal:
      return 70;
    case Errc::malformed_request:
    case Errc::forbidden:
    case Errc::method_not_allowed:
    case Errc::payload_too_large:
    case Errc::unsupported_media:
    case Errc::limit_reached:
    case Errc::rate_limited:
    case Errc::unavailable:
    case Errc::unreachable:
    case Errc::timeout:
    case Errc::protocol:
    case Errc::server_error:
    case Errc::cancelled:
    case Errc::pending:
    case Errc::inconclusive:
    case Errc::partial:
    case Errc::failed:
      return 1;
  }
  return 1;
}

int complain(const Error& error) {
  std::cerr << "botd: " << error.message << '\n';
  if (!error.hint.empty()) std::cerr << "hint: " << error.hint << '\n';
  return exit_code(error.code);
}

std::vector<GivenFlag> data_dir_flag(const std::string& directory) {
  if (directory.empty()) return {};
  return {{"data-dir", directory}};
}

int run_serve(const std::vector<GivenFlag>& flags, bool print_only) {
  const auto resolved = resolve_config(flags, from_environment);
  if (!resolved) return complain(resolved.error());
  if (print_only) {
    print_config(std::cout, *resolved);
    return 0;
  }
  const auto served = serve(resolved->config);
  return served ? 0 : complain(served.error());
}

int run_worker(const std::vector<GivenFlag>& flags, bool print_only) {
  const auto resolved = resolve_worker_config(flags, from_environment);
  if (!resolved) return complain(resolved.error());
  if (print_only) {
    print_config(std::cout, *resolved);
    return 0;
  }
  const auto worked = work(resolved->config);
  return worked ? 0 : complain(worked.error());
}

int run_health(const std::vector<GivenFlag>& flags) {
  const auto resolved = resolve_health_config(flags, from_environment);
  if (!resolved) return complain(resolved.error());
  const auto healthy = check_health(resolved->config, SystemClock(), std::cout);
  return healthy ? 0 : complain(healthy.error());
}

int run_migrate(const std::string& directory, bool apply) {
  const auto resolved = resolve_config(data_dir_flag(directory), from_environment);
  if (!resolved) return complain(resolved.error());
  const auto done = apply ? bring_schema_up(resolved->config, SystemClock(), std::cout)
                          : show_schema(resolved->config, std::cout);
  return done ? 0 : complain(done.error());
}

int run_backup(const std::string& directory, const std::string& file) {
  const auto resolved = resolve_config(data_dir_flag(directory), from_environment);
  if (!resolved) return complain(resolved.error());
  const auto saved = back_up_database(resolved->config, file, std::cout);
  return saved ? 0 : complain(saved.error());
}

int run_copy(const std::string& from, const std::string& to) {
  const auto resolved = resolve_config({}, from_environment);
  if (!resolved) return complain(resolved.error());
  const auto copied = copy_installation(from, to, resolved->config, SystemClock(), std::cout);
  return copied ? 0 : complain(copied.error());
}

const std::string print_config_help = "Print every setting with its origin, and end";

// Selected by the parse, run afterwards.
using Action = std::function<int()>;

void add_serve(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("serve", "Serve the API, run bots and keep their state");
  const auto flags = std::make_shared<SettingFlags>(command, settings());
  const auto* print = command.add_flag("--print-config", print_config_help);
  command.callback([&action, flags, print] {
    action = [flags, print] { return run_serve(flags->given(), print->count() > 0); };
  });
}

void add_worker(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("worker", "Work on the queue of the servers of a database");
  const auto flags = std::make_shared<SettingFlags>(command, worker_settings());
  const auto* print = command.add_flag("--print-config", print_config_help);
  command.callback([&action, flags, print] {
    action = [flags, print] { return run_worker(flags->given(), print->count() > 0); };
  });
}

void add_health(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand(
      "health", "Tell whether a worker or a server is well; exits with 1 when it is not");
  const auto flags = std::make_shared<SettingFlags>(command, health_settings());
  command.callback([&action, flags] { action = [flags] { return run_health(flags->given()); }; });
}

void add_migrate(CLI::App& app, Action& action) {
  auto& command = *app.add_subcommand("migrate", "Show or bring up to date the database schema");
  command.require_subcommand(1);
  const auto directory = std::make_shared<std::string>();
  for (const bool apply : {false, true}) {
    auto& verb = *command.add_subcommand(
        apply ? "up" : "status",
        apply ? "Apply what is pending; no server may be using a SQLite file"
              : "Show what is pending");
    verb.add_option("--data-dir", *directory, "The server's directory")->type_name("DIR");
    verb.callback([&action, directory, apply] {
      action = [directory, apply] { return run_migrate(*directory, apply); };
    });
  }
}

void add_backup(CLI::App& app, Action& action) {
  auto& command =
      *app.add_subcommand("backup", "Copy the database into a new file, also while it is in use");
  const auto directory = std::make_shared<std::string>();
  const auto file = std::make_shared<std::string>();
  command.add_option("--data-dir", *directory, "The server's directory")->type_name("DIR");
  command.add_option("FILE", *file, "The file to make")->required();
  command.callback([&action, directory, file] {
    action = [directory, file] { return run_backup(*directory, *file); };
  });
}

void add_copy(CLI::App& app, Action& action) {
  auto& command =
      *app.add_subcommand("copy", "Copy everything into another, empty database, and compare");
  const auto from = std::make_shared<std::string>();
  const auto to = std::make_shared<std::string>();
  command.add_option("--from", *from, "sqlite:FILE or postgresql://USER@HOST/DATABASE")
      ->type_name("DATABASE")
      ->required();
  command.add_option("--to", *to, "The same; without it BOTD_DATABASE_URL")->type_name("DATABASE");
  command.callback([&action, from, to] { action = [from, to] { return run_copy(*from, *to); }; });
}

void add_rest(CLI::App& app, Action& action) {
  app.add_subcommand("bot", "Run one bot; started by the server, configured by BOT_CONFIG")
      ->callback([&action] { action = bots::run_bot_process; });
  app.add_subcommand("version", "Show the version")->callback([&action] {
    action = [] {
      std::cout << "botd " << version() << " (" << commit() << ")\n";
      return 0;
    };
  });
  app.add_subcommand("__man", "Print botd(8)")->group("")->callback([&action] {
    action = [] {
      write_man_page(std::cout);
      return 0;
    };
  });
  app.add_subcommand("__openapi", "Print the OpenAPI document")->group("")->callback([&action] {
    action = [] {
      std::cout << openapi_document() << '\n';
      return 0;
    };
  });
}

// CLI11 would only say that a subcommand is required.
std::optional<Error> unknown_command(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return std::nullopt;
  const std::string typed = argv[1];
  std::vector<std::string> shown;
  for (const auto* command : app.get_subcommands({})) {
    if (command->get_name() == typed) return std::nullopt;
    if (!command->get_group().empty()) shown.push_back(command->get_name());
  }
  const auto meant = nearest(typed, shown);
  return Error{.code = Errc::invalid_argument,
               .message = "there is no command '" + escape_for_terminal(typed) + "'",
               .hint = meant ? "did you mean " + *meant + "?" : "run: botd --help"};
}

int parse_and_run(int argc, char** argv) {
  CLI::App app("The meeting-bot service in one binary", "botd");
  app.set_version_flag("-V,--version", "botd " + std::string(version()));
  app.require_subcommand(1);
  Action action;
  add_serve(app, action);
  add_worker(app, action);
  add_health(app, action);
  add_migrate(app, action);
  add_backup(app, action);
  add_copy(app, action);
  add_rest(app, action);
  if (const auto unknown = unknown_command(app, argc, argv)) return complain(*unknown);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  return action();
}

}  // namespace

int run_command_line(int argc, char** argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const Fault& fault) {
    std::cerr << "botd: " << fault.what() << '\n';
    return 1;
  } catch (const std::exception& bug) {
    std::cerr << "botd: internal error: " << bug.what() << '\n';
    return 70;
  }
}

}  // namespace bot::app
