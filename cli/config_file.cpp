#include "cli/config_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/command.hpp"

namespace bot::cli {
namespace {

using Names = std::vector<std::string>;

Error broken(const std::filesystem::path& path, const std::string& what) {
  return Error{.code = Errc::invalid_argument,
               .message = path.string() + ": " + what,
               .hint = "see botctl-config(5)"};
}

Error broken_at(const std::filesystem::path& path,
                const toml::node& node,
                const std::string& what) {
  return broken(path, "line " + std::to_string(node.source().begin.line) + ": " + what);
}

Error unreadable(const std::filesystem::path& path, int error) {
  return broken(path, std::string("cannot be read: ") + std::strerror(error));
}

// nullopt when there is no such file.
Result<std::optional<toml::table>> load(const std::filesystem::path& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<toml::table>();
    return unreadable(path, errno);
  }
  std::string text;
  std::array<char, 4096> buffer{};
  // read(), unlike the iterators, turns a failure (a folder, a bad disk) into badbit.
  while (file.read(buffer.data(), buffer.size()) || file.gcount() > 0) {
    text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
  }
  if (file.bad()) return unreadable(path, errno);
  try {
    return std::optional<toml::table>(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return broken(path,
                  "line " + std::to_string(error.source().begin.line) + ": " +
                      escape_for_terminal(error.description()));
  }
}

// A scalar as the text that the same option would take on a command line.
std::optional<std::string> as_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* number = node.as_floating_point()) {
    std::ostringstream shown;
    shown << number->get();
    return shown.str();
  }
  if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
  return std::nullopt;
}

std::optional<std::vector<std::string>> as_texts(const toml::node& node) {
  std::vector<std::string> texts;
  if (const auto* array = node.as_array()) {
    for (const auto& item : *array) {
      const auto text = as_text(item);
      if (!text) return std::nullopt;
      texts.push_back(*text);
    }
    return texts;
  }
  const auto text = as_text(node);
  if (!text) return std::nullopt;
  texts.push_back(*text);
  return texts;
}

std::string warning_for(const std::filesystem::path& path,
                        const toml::node& node,
                        const std::string& table,
                        const std::string& key,
                        const Names& known) {
  std::string text = path.string() + ": line " + std::to_string(node.source().begin.line) +
                     ": unknown key '" + table + escape_for_terminal(key) + "'";
  if (const auto near = nearest(key, known)) text += ", did you mean '" + *near + "'?";
  return text;
}

bool contains(const Names& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// FORMAT or FORMAT:FILE, each FILE below the project's folder, also behind links.
bool stay_inside(const std::filesystem::path& project, const toml::node& reports) {
  const auto texts = as_texts(reports);
  if (!texts) return false;
  std::error_code failed;
  const auto folder = std::filesystem::weakly_canonical(project, failed);
  return std::all_of(texts->begin(), texts->end(), [&](const std::string& report) {
    const auto colon = report.find(':');
    if (colon == std::string::npos) return true;
    const std::filesystem::path file(report.substr(colon + 1));
    const auto place = std::filesystem::weakly_canonical(folder / file, failed);
    const auto parts = std::mismatch(folder.begin(), folder.end(), place.begin(), place.end());
    return !failed && file.is_relative() && parts.first == folder.end() &&
           std::find(file.begin(), file.end(), "..") == file.end();
  });
}

class Reader {
 public:
  Reader(ConfigFile& config, std::filesystem::path home)
      : config_(config), home_(std::move(home)) {}

  Status read(const toml::table& table) {
    for (const auto& [key_view, node] : table) {
      const std::string key(key_view.str());
      Status status = Unit{};
      if (key == "current-context") {
        status = read_text(node, key, config_.current_context);
      } else if (key == "contexts") {
        status = read_contexts(node);
      } else if (key == "defaults") {
        status = read_defaults(node, key, config_.defaults, names_for_defaults());
      } else if (key == "smoke") {
        status = read_defaults(node, key, config_.smoke, {});
      } else if (key != "schema") {
        warn(node, "", key, {"current-context", "contexts", "defaults", "smoke", "schema"});
      }
      if (!status) return status;
    }
    return Unit{};
  }

 private:
  void warn(const toml::node& node,
            const std::string& table,
            const std::string& key,
            const Names& known) {
    config_.warnings.push_back(warning_for(config_.path, node, table, key, known));
  }

  Status read_text(const toml::node& node, const std::string& key, std::string& into) {
    const auto* text = node.as_string();
    if (text == nullptr) return broken_at(config_.path, node, key + " must be a string");
    into = text->get();
    return Unit{};
  }

  // An empty `known` takes every key; the names are checked where the options are known.
  Status read_defaults(const toml::node& node,
                       const std::string& name,
                       Defaults& into,
                       const Names& known) {
    const auto* table = node.as_table();
    if (table == nullptr) return broken_at(config_.path, node, name + " must be a table");
    for (const auto& [key_view, value] : *table) {
      const std::string key(key_view.str());
      if (!known.empty() && !contains(known, key)) {
        warn(value, name + '.', key, known);
        continue;
      }
      auto texts = as_texts(value);
      if (!texts) return broken_at(config_.path, value, name + '.' + key + " has no usable value");
      into[key] = std::move(*texts);
    }
    return Unit{};
  }

  Status read_contexts(const toml::node& node) {
    const auto* table = node.as_table();
    if (table == nullptr) return broken_at(config_.path, node, "contexts must be a table");
    for (const auto& [key_view, value] : *table) {
      const std::string name(key_view.str());
      const auto* entry = value.as_table();
      if (entry == nullptr) {
        return broken_at(config_.path, value, "contexts." + name + " must be a table");
      }
      auto context = read_context(name, *entry);
      if (!context) return context.error();
      config_.contexts[name] = std::move(context).value();
    }
    return Unit{};
  }

  Result<ContextEntry> read_context(const std::string& name, const toml::table& table) {
    static const Names known = {
        "server", "api-key-file", "admin-key-file", "api-key-command", "admin-key-command"};
    ContextEntry context;
    for (const auto& [key_view, node] : table) {
      const std::string key(key_view.str());
      Status status = Unit{};
      if (key == "server") {
        status = read_text(node, key, context.server);
      } else if (key == "api-key-file") {
        status = read_path(node, key, context.api_key.file);
      } else if (key == "admin-key-file") {
        status = read_path(node, key, context.admin_key.file);
      } else if (key == "api-key-command") {
        status = read_command(node, key, context.api_key.command);
      } else if (key == "admin-key-command") {
        status = read_command(node, key, context.admin_key.command);
      } else if (key == "api-key" || key == "admin-key") {
        return broken_at(config_.path, node, "a key does not belong here: use " + key + "-file");
      } else {
        warn(node, "contexts." + name + '.', key, known);
      }
      if (!status) return status.error();
    }
    if (context.server.empty()) {
      return broken_at(config_.path, table, "context '" + name + "' has no server");
    }
    for (const auto* entry : {&context.api_key, &context.admin_key}) {
      if (entry->file.empty() || entry->command.empty()) continue;
      return broken_at(
          config_.path, table, "context '" + name + "' has both a key file and a command");
    }
    return context;
  }

  Status read_path(const toml::node& node, const std::string& key, std::filesystem::path& into) {
    std::string text;
    if (auto status = read_text(node, key, text); !status) return status;
    if (text.rfind("~/", 0) == 0) {
      into = home_ / text.substr(2);
    } else {
      into = config_.path.parent_path() / text;
    }
    return Unit{};
  }

  Status read_command(const toml::node& node, const std::string& key, Names& into) {
    const auto texts = as_texts(node);
    if (node.as_array() == nullptr || !texts || texts->empty()) {
      return broken_at(
          config_.path, node, key + " must be an array: the program and its arguments");
    }
    into = *texts;
    return Unit{};
  }

  ConfigFile& config_;
  std::filesystem::path home_;
};

}  // namespace

const std::vector<std::string>& names_for_defaults() {
  static const Names names = [] {
    Names found;
    for (const auto& option : global_options()) {
      const std::string name(option.name);
      const bool decides = name == "server" || name == "context" || name == "admin-key-file" ||
                           name == "api-key-file" || !has_variable(option);
      if (!decides) found.push_back(name);
    }
    return found;
  }();
  return names;
}

const std::vector<std::string>& names_for_projects() {
  static const Names names = {"suite",
                              "check",
                              "report",
                              "quick",
                              "fail-fast",
                              "timeout-scale",
                              "repeat",
                              "race-size",
                              "environment"};
  return names;
}

Result<ConfigFile> read_config(const std::filesystem::path& path,
                               const std::filesystem::path& home) {
  ConfigFile config;
  config.path = path;
  auto table = load(path);
  if (!table) return table.error();
  if (!*table) return config;
  if (auto status = Reader(config, home).read(**table); !status) return status.error();
  return config;
}

Result<ConfigFile> read_project(const std::filesystem::path& path) {
  const auto& allowed = names_for_projects();
  ConfigFile config;
  config.path = path;
  auto table = load(path);
  if (!table) return table.error();
  if (!*table) return config;
  const auto refused = [&](const toml::node& node, const std::string& key) {
    Error error = broken_at(path, node, "a project file may not set '" + key + "'");
    error.hint = "it may set only [smoke] " + join(allowed, ", ");
    return error;
  };
  for (const auto& [key, node] : **table) {
    const auto* smoke = node.as_table();
    if (key.str() != "smoke" || smoke == nullptr) {
      return refused(node, escape_for_terminal(key.str()));
    }
    for (const auto& [option, value] : *smoke) {
      const std::string name(option.str());
      if (!contains(allowed, name)) return refused(value, "smoke." + escape_for_terminal(name));
      if (name == "report" && !stay_inside(path.parent_path(), value)) {
        return broken_at(path,
                         value,
                         "a project's reports stay inside the project: no absolute "
                         "file names and no '..'");
      }
    }
  }
  if (auto status = Reader(config, {}).read(**table); !status) return status.error();
  return config;
}

}  // namespace bot::cli
