#include "cli/app.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <ostream>

#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/commands/commands.hpp"
#include "cli/config_file.hpp"
#include "cli/context.hpp"
#include "cli/crash_report.hpp"
#include "cli/exit_code.hpp"
#include "cli/help.hpp"
#include "cli/output/error_report.hpp"
#include "cli/parse.hpp"
#include "cli/settings.hpp"

namespace bot::cli {
namespace {

// How errors are told before the options are understood.
Chatter early_chatter(const std::vector<std::string>& words, const World& world) {
  const auto wished = world.environment.get("BOTCTL_OUTPUT").value_or("");
  const bool json = asks_for_json(words) || wished == "json" || wished == "ndjson";
  Chatter chatter;
  chatter.form = json ? ErrorForm::json : ErrorForm::lines;
  chatter.colors = colors_for(world.terminal.err_is_tty, ColorChoice::automatic, world.environment);
  return chatter;
}

ColorChoice color_choice(const Arguments& arguments) {
  const auto& text = arguments.text("color");
  if (text == "always") return ColorChoice::always;
  return text == "never" ? ColorChoice::never : ColorChoice::automatic;
}

Format format_of(const Arguments& arguments, const Terminal& terminal) {
  const auto& text = arguments.text("output");
  if (text == "ndjson") return Format::ndjson;
  if (text == "json" || arguments.flag("json")) return Format::json;
  if (text == "table") return Format::table;
  if (text == "tsv") return Format::tsv;
  if (text == "id") return Format::id;
  return terminal.out_is_tty ? Format::table : Format::tsv;
}

ContextOptions options_of(const Arguments& arguments, const World& world) {
  const auto& terminal = world.terminal;
  const auto choice = color_choice(arguments);
  ContextOptions options;
  options.look.format = format_of(arguments, terminal);
  options.look.colors = colors_for(terminal.out_is_tty, choice, world.environment);
  options.look.columns = terminal.out_is_tty ? terminal.columns : 0;
  options.look.json = terminal.out_is_tty ? JsonLook::pretty : JsonLook::compact;
  const bool json = options.look.format == Format::json || options.look.format == Format::ndjson;
  options.chatter.quiet = arguments.flag("quiet");
  options.chatter.verbosity = arguments.count("verbose");
  options.chatter.colors = colors_for(terminal.err_is_tty, choice, world.environment);
  options.chatter.form = json ? ErrorForm::json : ErrorForm::lines;
  options.timeout = arguments.duration("timeout");
  options.retries = static_cast<int>(arguments.integer("retries").value_or(2));
  options.ca_file = arguments.text("cacert");
  options.may_ask = terminal.in_is_tty && terminal.err_is_tty && !arguments.flag("no-input") &&
                    !world.environment.has("CI");
  return options;
}

Status set_from_words(const Invocation& invocation, Arguments& arguments) {
  for (const auto& [name, texts] : invocation.options) {
    const auto* option = find_option(invocation.command, name);
    auto status = arguments.set(*option, texts, Source::command_line, "--" + name);
    if (!status) return status;
  }
  for (const auto& [name, texts] : invocation.positionals) {
    arguments.set_positional(name, texts);
  }
  return Unit{};
}

struct Prepared {
  Settings settings;
  std::vector<std::string> warnings;
};

// The configuration files' part in the arguments, and the settings that follow from all.
Result<Prepared> prepare(Arguments& arguments, const World& world) {
  Prepared prepared;
  const auto& environment = world.environment;
  if (arguments.command().needs == Needs::settings) {
    const auto home = environment.config_home();
    const auto path = home.empty() ? home : home / "botctl" / "config.toml";
    auto config = read_config(path, environment.get("HOME").value_or(""));
    if (!config) return config.error();
    auto project = read_project(world.working_directory / ".botctl.toml");
    if (!project) return project.error();
    if (arguments.command().verb == "smoke") {
      for (const auto* file : {&*project, &*config}) {
        auto status = apply_defaults(arguments, file->smoke, file->path.string() + ": smoke");
        if (!status) return status.error();
      }
    }
    auto status = apply_defaults(arguments, config->defaults, path.string() + ": defaults");
    if (!status) return status.error();
    prepared.warnings = config->warnings;
    auto settings = resolve_settings(arguments, environment, *config);
    if (!settings) return settings.error();
    prepared.settings = std::move(settings).value();
  }
  if (auto status = apply_builtin(arguments); !status) return status.error();
  return prepared;
}

class Session {
 public:
  Session(const Tree& tree, World& world, Chatter chatter)
      : tree_(tree), world_(world), chatter_(chatter) {}

  int run(const std::vector<std::string>& words) {
    auto parsed = parse(tree_, words);
    if (!parsed) return report(parsed.error());
    const auto colors =
        colors_for(world_.terminal.out_is_tty, ColorChoice::automatic, world_.environment);
    if (const auto* help = std::get_if<HelpRequest>(&*parsed)) {
      world_.out << help_text(*help, colors);
      return finish();
    }
    if (std::holds_alternative<VersionRequest>(*parsed)) {
      const auto* version = tree_.command("", "version");
      if (version == nullptr) return static_cast<int>(ExitCode::internal);
      return run_command(
          Invocation{.command = version, .options = as_json(words), .positionals = {}});
    }
    return run_command(std::get<Invocation>(*parsed));
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> as_json(
      const std::vector<std::string>& words) const {
    if (!asks_for_json(words)) return {};
    return {{"json", {"true"}}};
  }

  std::string help_text(const HelpRequest& help, Colors colors) const {
    if (help.command != nullptr) return help_of_command(*help.command, colors);
    if (help.noun != nullptr) return help_of_noun(tree_, *help.noun, colors);
    return help_of_program(tree_, colors);
  }

  int run_command(const Invocation& invocation) {
    Arguments arguments(*invocation.command);
    if (auto status = set_from_words(invocation, arguments); !status) return report(status.error());
    if (auto status = apply_environment(arguments, world_.environment); !status) {
      return report(status.error());
    }
    auto prepared = prepare(arguments, world_);
    if (!prepared) return report(prepared.error());
    auto options = options_of(arguments, world_);
    if (options.ca_file.empty()) options.ca_file = prepared->settings.ca_file;
    chatter_ = options.chatter;
    Context context(world_, tree_, std::move(prepared->settings), options);
    for (const auto& warning : prepared->warnings)
      context.warn(warning);
    const auto status = invocation.command->run(arguments, context);
    const int written = finish();
    return status ? written : report(status.error());
  }

  int report(const Error& error) {
    auto code = exit_code_of(error);
    if (code == ExitCode::interrupted && world_.signal() == SIGTERM) code = ExitCode::terminated;
    write_error(world_.err, error, code, chatter_.form, chatter_.colors);
    return static_cast<int>(code);
  }

  // A reader that went away (`| head`) is no failure; a full disk is.
  int finish() {
    world_.out.flush();
    if (world_.out.good() || world_.output_error() == EPIPE) return 0;
    return report(Error{.code = Errc::failed,
                        .message = std::string("standard output cannot be written: ") +
                                   std::strerror(world_.output_error())});
  }

  const Tree& tree_;
  World& world_;
  Chatter chatter_;
};

}  // namespace

int run_with(const Tree& tree, const std::vector<std::string>& words, World& world) {
  const auto chatter = early_chatter(words, world);
  try {
    return Session(tree, world, chatter).run(words);
  } catch (const std::exception& fault) {
    const auto at = locate(tree, words);
    const auto error = report_crash(
        world, at.command == nullptr ? std::string("botctl") : at.command->path(), fault.what());
    write_error(world.err, error, ExitCode::internal, chatter.form, chatter.colors);
    return static_cast<int>(ExitCode::internal);
  }
}

int run(const std::vector<std::string>& words, World& world) {
  return run_with(command_tree(), words, world);
}

}  // namespace bot::cli
