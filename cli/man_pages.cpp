#include "cli/man_pages.hpp"

#include <cctype>
#include <vector>

#include "base/text.hpp"
#include "cli/config_file.hpp"
#include "cli/exit_code.hpp"
#include "cli/help.hpp"
#include "cli/roff.hpp"

namespace bot::cli {
namespace {

constexpr std::string_view manual = "botctl manual";

std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.') text += '.';
  return text;
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (char& c : result)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

void add_options(Roff& page, const std::vector<Option>& options) {
  for (const auto& option : options) {
    std::string text = sentence(explanation_of(option));
    if (has_variable(option)) text += "\nVariable: " + variable_of(option) + '.';
    page.item(spelling_of(option), text);
  }
}

void add_examples(Roff& page, const Command& command) {
  for (const auto& example : command.examples) {
    std::string what(example.what);
    what[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(what[0])));
    page.paragraph().text(what + ":").code(example.line);
  }
}

// Everything about one command but its name.
void add_command(Roff& page, const Command& command) {
  page.text(sentence(std::string(command.summary)));
  if (!command.description.empty()) {
    page.paragraph().text(command.description);
  }
  for (const auto& positional : command.positionals) {
    page.item(upper(positional.name), sentence(std::string(positional.help)));
  }
  add_options(page, command.options);
}

void add_exit_status(Roff& page) {
  page.section("Exit status").text("An unknown non-zero code means failure.");
  for (const auto& row : exit_code_table()) {
    page.item(std::to_string(static_cast<int>(row.code)), sentence(std::string(row.when)));
  }
}

void add_environment(Roff& page) {
  page.section("Environment")
      .text(
          "Every option can be set by a variable: `BOTCTL_` and its name in capitals, with _ "
          "for -.\nAn option on the command line wins. An empty variable counts as unset; one "
          "with a wrong value is an error that names it.\nKeys have no option that takes "
          "them:")
      .item("BOTCTL_API_KEY, BOTCTL_API_KEY_FILE", "A user's API key, or the file that holds it.")
      .item("BOTCTL_ADMIN_KEY, BOTCTL_ADMIN_KEY_FILE", "The admin key, or the file that holds it.")
      .item("BOTCTL_SERVER_FILE", "A file whose first line is the server's URL.")
      .item("BOTCTL_FORCE_TTY",
            "Standard output and error count as a terminal of that many columns (1: 80).")
      .item("NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM", "Colours, as in other programs.")
      .item("XDG_CONFIG_HOME, XDG_STATE_HOME", "Where the files below are.");
}

void add_files(Roff& page) {
  page.section("Files")
      .item("~/.config/botctl/config.toml", "Configuration, see `botctl-config`(5).")
      .item(".botctl.toml", "A project's defaults for `botctl smoke`, see `botctl-config`(5).")
      .item("~/.local/state/botd/endpoint, ~/.local/state/botd/admin.key",
            "Written by a local `botd`: where it serves, and its admin key. Used when nothing else "
            "names a server; the key goes to that server only.");
}

std::string program_page(const Tree& tree) {
  Roff page("botctl", '1', manual);
  page.section("Name").name_line("botctl", "administer and smoke-test a meeting-bot service");
  page.section("Synopsis").bold_line("botctl NOUN VERB [arguments] [options]");
  page.section("Description")
      .text(
          "`botctl` talks to a meeting-bot service: it manages users and their tokens, sends "
          "bots into meetings and calls them back, reads transcripts, and runs smoke suites "
          "against a deployment.\n\n"
          "On a terminal it shows tables. In a pipe it writes one record per line, fields "
          "separated by tabs, without a header and with nothing cut; control characters in the "
          "data are shown as escapes. With -o json it writes JSON: an array for a list, one "
          "object otherwise. Errors go to standard error; with -o json the last line there is "
          "an object that holds the same.\n\n"
          "The server is that of --server, else of the environment, else of the context, else "
          "that of a local `botd`. A context that is named by --context stands before the "
          "environment. A key that comes from a context or from a local `botd` is sent to "
          "their own server only.");
  page.section("Commands");
  for (const auto& noun : tree.nouns) {
    page.item(
        "botctl " + std::string(noun.name),
        sentence(std::string(noun.summary)) + "\nSee `botctl-" + std::string(noun.name) + "`(1).");
  }
  for (const auto* command : tree.verbs_of("")) {
    page.item("botctl " + command->path(),
              sentence(std::string(command->summary)) + "\nSee `botctl-" +
                  std::string(command->verb) + "`(1).");
  }
  page.section("Options").text("Every command takes these, before or after its own words.");
  add_options(page, global_options());
  add_exit_status(page);
  add_environment(page);
  add_files(page);
  page.section("Examples")
      .text("Create a user who may run two bots, and use its key:")
      .code(
          "botctl users create ada@example.com --max-bots 2\n"
          "export BOTCTL_API_KEY=$(botctl tokens create ada@example.com)")
      .paragraph()
      .text("Send a bot into a meeting, wait until it is there, and call it back:")
      .code(
          "botctl bots start google_meet abc-defg-hij --wait\n"
          "botctl bots stop google_meet abc-defg-hij --wait");
  page.section("See also").text("`botctl-config`(5), `botd`(8)");
  return page.page();
}

std::string noun_page(const Tree& tree, const Noun& noun) {
  const auto name = "botctl-" + std::string(noun.name);
  Roff page(name, '1', manual);
  page.section("Name").name_line(name, noun.summary);
  page.section("Synopsis");
  const auto verbs = tree.verbs_of(noun.name);
  for (const auto* command : verbs)
    page.bold_line(synopsis_of(*command));
  page.section("Description").text(noun.description);
  page.section("Commands");
  for (const auto* command : verbs) {
    page.subsection(synopsis_of(*command));
    add_command(page, *command);
  }
  page.section("Examples");
  for (const auto* command : verbs)
    add_examples(page, *command);
  page.section("See also")
      .text(
          "`botctl`(1) for the options that every command takes, the exit "
          "status and the environment; `botctl-config`(5)");
  return page.page();
}

std::string command_page(const Command& command) {
  const auto name = "botctl-" + std::string(command.verb);
  Roff page(name, '1', manual);
  page.section("Name").name_line(name, command.summary);
  page.section("Synopsis").bold_line(synopsis_of(command));
  page.section("Description");
  add_command(page, command);
  page.section("Examples");
  add_examples(page, command);
  page.section("See also")
      .text(
          "`botctl`(1) for the options that every command takes, the exit "
          "status and the environment; `botctl-config`(5)");
  return page.page();
}

std::string config_page() {
  Roff page("botctl-config", '5', manual);
  page.section("Name").name_line("botctl-config", "configuration files of botctl");
  page.section("Synopsis").bold_line("~/.config/botctl/config.toml").bold_line(".botctl.toml");
  page.section("Description")
      .text(
          "Both files are TOML. `$XDG_CONFIG_HOME/botctl/config.toml` is the user's. It holds "
          "no secret, only where keys are found, so it can be kept with other dot files. An "
          "unknown key is a warning that names the nearest known one; a file that cannot be "
          "read or understood is an error (exit status 2).");
  page.section("User configuration")
      .item("current-context = NAME", "The context that is used when --context names no other.")
      .item("[contexts.NAME]",
            "A server and the keys for it. The keys are sent to this server only, and never over "
            "plain http except to this machine.")
      .item("server = URL", "Required. May not hold a user name or password.")
      .item("api-key-file = FILE, admin-key-file = FILE",
            "File that holds the key; only its owner may be able to read it. A relative name is "
            "taken from the configuration's folder, ~/ from the home directory.")
      .item("api-key-command = [PROGRAM, ARGUMENT, ...], admin-key-command = [...]",
            "Program that prints the key, run without a shell and only when the key is needed.")
      .item("[defaults]",
            "Values for options where neither the command line nor the environment sets them: " +
                join(names_for_defaults(), ", ") + ".")
      .item("[smoke]", "The same for the options of `botctl smoke`.");
  page.section("Project configuration")
      .text("`.botctl.toml` in the working directory may hold one table, [smoke], and in it " +
            join(names_for_projects(), ", ") +
            ". Servers, keys, commands and aliases are refused there with exit status 2: whoever "
            "wrote a repository must not decide where your keys go.");
  page.section("Examples")
      .code(
          "current-context = \"staging\"\n"
          "\n"
          "[defaults]\n"
          "timeout = \"30s\"\n"
          "\n"
          "[contexts.staging]\n"
          "server = \"https://bots.staging.example\"\n"
          "api-key-file = \"staging.key\"\n"
          "admin-key-command = [\"pass\", \"show\", \"bots/staging\"]\n"
          "\n"
          "[contexts.local]\n"
          "server = \"http://127.0.0.1:8056\"");
  page.section("See also").text("`botctl`(1), `botctl-smoke`(1)");
  return page.page();
}

}  // namespace

std::map<std::string, std::string> man_pages(const Tree& tree) {
  std::map<std::string, std::string> pages;
  pages["botctl.1"] = program_page(tree);
  pages["botctl-config.5"] = config_page();
  for (const auto& noun : tree.nouns) {
    pages["botctl-" + std::string(noun.name) + ".1"] = noun_page(tree, noun);
  }
  for (const auto* command : tree.verbs_of("")) {
    pages["botctl-" + std::string(command->verb) + ".1"] = command_page(*command);
  }
  return pages;
}

}  // namespace bot::cli
