#include "cli/settings.hpp"

#include <algorithm>
#include <fstream>
#include <optional>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "client/http/origin.hpp"

namespace bot::cli {
namespace {

struct Named {
  std::string value;
  std::string name;
};

std::optional<std::string> first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!file || !std::getline(file, line)) return std::nullopt;
  return std::string(trim(line));
}

Result<std::string> normal_origin(const Named& server) {
  auto origin = client::parse_origin(server.value);
  if (origin) return origin->text();
  Error error = std::move(origin).error();
  error.message = server.name + ": " + error.message;
  if (server.value.find('@') != std::string::npos) {
    error.hint = "give the server without it, and the key in BOTCTL_API_KEY or BOTCTL_ADMIN_KEY";
  }
  return error;
}

Result<std::optional<Named>> server_from_environment(const Environment& environment) {
  if (const auto value = environment.get("BOTCTL_SERVER")) {
    return std::optional(Named{*value, "BOTCTL_SERVER"});
  }
  const auto file = environment.get("BOTCTL_SERVER_FILE");
  if (!file) return std::optional<Named>();
  const auto line = first_line(*file);
  if (!line || line->empty()) {
    return Error{.code = Errc::invalid_argument,
                 .message = "BOTCTL_SERVER_FILE: " + escape_for_terminal(*file) + " has no URL"};
  }
  return std::optional(Named{*line, "BOTCTL_SERVER_FILE"});
}

struct Chosen {
  std::string name;  // empty: no context
  const ContextEntry* entry = nullptr;
  bool by_flag = false;
};

Result<Chosen> choose_context(const Arguments& arguments, const ConfigFile& config) {
  Chosen chosen;
  chosen.name = arguments.has("context") ? arguments.text("context") : config.current_context;
  chosen.by_flag = arguments.source_of("context") == Source::command_line;
  if (chosen.name.empty()) return chosen;
  const auto found = config.contexts.find(chosen.name);
  if (found != config.contexts.end()) {
    chosen.entry = &found->second;
    return chosen;
  }
  std::vector<std::string> names;
  for (const auto& [name, entry] : config.contexts)
    names.push_back(name);
  const auto near = nearest(chosen.name, names);
  return Error{.code = Errc::invalid_argument,
               .message = "there is no context '" + escape_for_terminal(chosen.name) + "' in " +
                          config.path.string(),
               .hint = near            ? "did you mean '" + *near + "'?"
                       : names.empty() ? "it has no contexts; see botctl-config(5)"
                                       : "it has " + join(names, ", ")};
}

// The server with its name for messages; flag, context by flag, environment, context, local botd.
Result<Named> choose_server(const Arguments& arguments,
                            const Environment& environment,
                            const Chosen& context,
                            const std::optional<std::string>& local) {
  if (arguments.source_of("server") == Source::command_line) {
    return Named{arguments.text("server"), "--server"};
  }
  const auto of_context = [&] {
    return Named{context.entry->server, "context '" + context.name + "'"};
  };
  if (context.entry != nullptr && context.by_flag) return of_context();
  auto from_environment = server_from_environment(environment);
  if (!from_environment) return from_environment.error();
  if (*from_environment) return **from_environment;
  if (context.entry != nullptr) return of_context();
  if (local) return Named{*local, "the local botd"};
  return Named{std::string(default_server), "default"};
}

// What differs between the two keys.
struct KeyNames {
  std::string_view option;    // admin-key-file
  std::string_view variable;  // BOTCTL_ADMIN_KEY
};

KeySource from_environment(const Arguments& arguments,
                           const Environment& environment,
                           const KeyNames& names) {
  const std::string variable(names.variable);
  if (const auto value = environment.get(variable)) {
    return KeySource{.from = KeyValue{*value}, .name = variable};
  }
  if (arguments.source_of(names.option) == Source::environment) {
    return KeySource{.from = KeyFile{arguments.text(names.option)}, .name = variable + "_FILE"};
  }
  return {};
}

Result<KeySource> from_context(const Chosen& context, const KeyEntry& entry) {
  if (entry.empty()) return KeySource{};
  auto origin = normal_origin({context.entry->server, "context '" + context.name + "'"});
  if (!origin) return origin.error();
  KeySource source{.name = "context '" + context.name + "'", .only_for = *origin};
  if (entry.file.empty()) {
    source.from = KeyCommand{entry.command};
  } else {
    source.from = KeyFile{entry.file};
  }
  return source;
}

Result<KeySource> choose_key(const Arguments& arguments,
                             const Environment& environment,
                             const Chosen& context,
                             const KeyEntry* entry,
                             const KeyNames& names) {
  if (arguments.source_of(names.option) == Source::command_line) {
    return KeySource{.from = KeyFile{arguments.text(names.option)},
                     .name = "--" + std::string(names.option)};
  }
  KeySource of_context;
  if (entry != nullptr) {
    auto made = from_context(context, *entry);
    if (!made) return made;
    of_context = std::move(made).value();
  }
  if (context.by_flag && !of_context.empty()) return of_context;
  auto of_environment = from_environment(arguments, environment, names);
  return of_environment.empty() ? of_context : of_environment;
}

}  // namespace

Status apply_environment(Arguments& arguments, const Environment& environment) {
  const auto apply = [&](const Option& option) -> Status {
    if (!has_variable(option) || arguments.has(option.name)) return Unit{};
    const auto name = variable_of(option);
    const auto value = environment.get(name);
    if (!value) return Unit{};
    return arguments.set(option, {*value}, Source::environment, name);
  };
  for (const auto& option : arguments.command().options) {
    if (auto status = apply(option); !status) return status;
  }
  for (const auto& option : global_options()) {
    if (auto status = apply(option); !status) return status;
  }
  return Unit{};
}

namespace {

// Which server and which key: a context's business.
bool is_for_contexts(const Option& option) {
  const auto& globals = global_options();
  const auto& allowed = names_for_defaults();
  const bool global = std::any_of(
      globals.begin(), globals.end(), [&](const Option& each) { return &each == &option; });
  return global && std::find(allowed.begin(), allowed.end(), option.name) == allowed.end();
}

}  // namespace

Status apply_defaults(Arguments& arguments, const Defaults& defaults, const std::string& where) {
  for (const auto& [name, values] : defaults) {
    const auto* option = find_option(&arguments.command(), name);
    if (option != nullptr && is_for_contexts(*option)) {
      return Error{.code = Errc::invalid_argument,
                   .message = where + ": '" + name + "' cannot be set here",
                   .hint = "make a [contexts.NAME] with the server and its keys"};
    }
    if (option == nullptr) {
      return Error{.code = Errc::invalid_argument,
                   .message = where + ": " + arguments.command().path() + " has no option '" +
                              escape_for_terminal(name) + "'"};
    }
    if (arguments.has(name)) continue;
    auto status = arguments.set(*option, values, Source::config, where + ": " + name);
    if (!status) return status;
  }
  return Unit{};
}

Status apply_builtin(Arguments& arguments) {
  const auto apply = [&](const Option& option) -> Status {
    if (option.default_value.empty() || option.kind == Kind::optional_text) return Unit{};
    if (arguments.has(option.name)) return Unit{};
    return arguments.set(option,
                         {std::string(option.default_value)},
                         Source::builtin,
                         "--" + std::string(option.name));
  };
  for (const auto& option : arguments.command().options) {
    if (auto status = apply(option); !status) return status;
  }
  for (const auto& option : global_options()) {
    if (auto status = apply(option); !status) return status;
  }
  return Unit{};
}

Result<Settings> resolve_settings(const Arguments& arguments,
                                  const Environment& environment,
                                  const ConfigFile& config) {
  const auto context = choose_context(arguments, config);
  if (!context) return context.error();
  const auto local_home = environment.state_home() / "botd";
  const auto local = first_line(local_home / "endpoint");

  auto server = choose_server(arguments, environment, *context, local);
  if (!server) return server.error();
  auto origin = normal_origin(*server);
  if (!origin) return origin.error();
  Settings settings{.server = *origin, .server_from = server->name, .context = context->name};

  const auto* entry = context->entry;
  auto api_key = choose_key(arguments,
                            environment,
                            *context,
                            entry == nullptr ? nullptr : &entry->api_key,
                            {"api-key-file", "BOTCTL_API_KEY"});
  if (!api_key) return api_key.error();
  settings.api_key = std::move(api_key).value();
  auto admin_key = choose_key(arguments,
                              environment,
                              *context,
                              entry == nullptr ? nullptr : &entry->admin_key,
                              {"admin-key-file", "BOTCTL_ADMIN_KEY"});
  if (!admin_key) return admin_key.error();
  settings.admin_key = std::move(admin_key).value();

  std::error_code ignored;
  const auto local_chain = local_home / "endpoint.pem";
  const auto local_origin = client::parse_origin(local.value_or(""));
  if (local_origin && local_origin->text() == settings.server &&
      std::filesystem::exists(local_chain, ignored)) {
    settings.ca_file = local_chain;
  }
  const auto local_key = local_home / "admin.key";
  if (settings.admin_key.empty() && std::filesystem::exists(local_key, ignored)) {
    const auto own = client::parse_origin(local.value_or(std::string(default_server)));
    settings.admin_key = KeySource{.from = KeyFile{local_key},
                                   .name = "the local botd",
                                   .only_for = own ? own->text() : std::string()};
  }
  return settings;
}

}  // namespace bot::cli
