#include "suites/smoke.hpp"

#include <charconv>
#include <thread>

#include "base/service_url.hpp"
#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/commands/commands.hpp"
#include "cli/commands/smoke_reports.hpp"
#include "cli/context.hpp"
#include "cli/key_source.hpp"

namespace bot::cli {
namespace {

constexpr Millis between_looks{50};

Result<double> scale_of(const Arguments& arguments) {
  const auto& text = arguments.text("timeout-scale");
  double scale = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), scale);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (whole && scale >= 0.01 && scale <= 1000) return scale;
  return Error{.code = Errc::invalid_argument,
               .message = "--timeout-scale: '" + escape_for_terminal(text) +
                          "' is not a number from 0.01 to 1000"};
}

std::string as_line(const suites::ExchangeRecord& exchange) {
  return exchange.method + ' ' + exchange.target + " → " +
         (exchange.status == 0 ? exchange.error : std::to_string(exchange.status)) + " in " +
         std::to_string(exchange.duration_us / 1000) + " ms  request " + exchange.request_id;
}

// Progress goes to standard error: on a terminal a line per suite, with -v one per exchange.
suites::Progress progress_of(Context& context) {
  suites::Progress progress;
  progress.note = [&context](std::string_view text) { context.note(std::string(text)); };
  if (context.world().terminal.err_is_tty) {
    progress.suite_finished = [&context](const suites::SuiteResult& suite) {
      context.note(std::to_string(suite.number) + "  " + std::string(name_of(suite.status())) +
                   "  " + suite.title + "  " + std::to_string(suite.duration_ms) + " ms");
    };
  }
  const auto verbosity = context.options().chatter.verbosity;
  if (verbosity > 0) {
    progress.exchange = [&context, verbosity](const suites::ExchangeRecord& exchange) {
      context.trace(as_line(exchange));
      if (verbosity >= 3 && !exchange.request_body.empty()) {
        context.trace("> " + exchange.request_body);
      }
      if (verbosity >= 3 && !exchange.response_body.empty()) {
        context.trace("< " + exchange.response_body);
      }
    };
  }
  return progress;
}

bool holds_a_password(const std::string& url) {
  return !url.starts_with("sqlite:") && has_password(url);
}

// The URL of a service behind the server; it may hold a password, which argv may not. What is given
// on the command line wins over the environment, whichever of the two options it is.
Result<std::string> service_url(const Arguments& arguments, const std::string& option) {
  const auto file = option + "-file";
  const auto is_given = [&](const std::string& name) {
    return arguments.has(name) && arguments.source_of(name) == Source::command_line;
  };
  if (arguments.flag("spawn-server")) {
    if (!is_given(option) && !is_given(file)) return std::string();
    return Error{.code = Errc::invalid_argument,
                 .message = "--spawn-server keeps its data to itself: it takes no --" + option,
                 .hint = "start a botd on these and name it with --server"};
  }
  const bool from_file = is_given(file) || !arguments.has(option);
  if (from_file) {
    if (!arguments.has(file)) return std::string();
    auto text = read_private_file(arguments.text(file), "--" + file);
    if (!text) return std::move(text).error();
    return std::string(trim(*text));
  }
  const auto& url = arguments.text(option);
  if (is_given(option) && holds_a_password(url)) {
    return Error{
        .code = Errc::invalid_argument,
        .message = "--" + option +
                   ": a password on the command line can be read by every user of this machine",
        .hint = "name a private file that holds the URL with --" + file};
  }
  return url;
}

Result<suites::SmokeOptions> options_of(const Arguments& arguments, Context& context) {
  const auto scale = scale_of(arguments);
  if (!scale) return scale.error();
  suites::SmokeOptions options{
      .server = context.settings().server,
      .admin_key = {},
      .cleartext_keys = client::CleartextKeys::refused,
      .suites = arguments.list("suite"),
      .checks = arguments.list("check"),
      .quick = arguments.flag("quick"),
      .fail_fast = arguments.flag("fail-fast"),
      .keep = arguments.flag("keep"),
      .timeout_scale = *scale,
      .repeat = static_cast<int>(arguments.integer("repeat").value_or(1)),
      .race_size = static_cast<std::size_t>(arguments.integer("race-size").value_or(32)),
      .environment = arguments.text("environment"),
      .tool_version = BOTCTL_VERSION,
      .ca_file = context.options().ca_file,
      .spawn_server = arguments.flag("spawn-server"),
      .botd_path = arguments.text("botd")};
  for (const auto& [option, url] : {std::pair("redis-url", &options.redis_url),
                                    std::pair("database-url", &options.database_url)}) {
    auto given = service_url(arguments, option);
    if (!given) return std::move(given).error();
    *url = *std::move(given);
  }
  if (options.spawn_server || arguments.flag("list")) return options;
  auto key = context.key_for(client::Access::admin);
  if (!key) return key.error();
  options.admin_key = std::move(key->value);
  options.cleartext_keys = key->cleartext;
  return options;
}

Status show_list(const suites::SmokeOptions& options, Context& context) {
  std::vector<Record> records;
  for (const auto& suite : suites::list_checks(options)) {
    for (const auto& check : suite.checks) {
      const types::Json json = {{"id", check.id},
                                {"suite", suite.title},
                                {"title", check.title},
                                {"promise", check.promise},
                                {"needs", check.needs}};
      records.push_back({.cells = {{check.id}, {suite.title}, {check.title}, {check.promise}},
                         .json = json,
                         .id = check.id});
    }
  }
  context.output().list({{"ID", Shrinks::no}, {"SUITE"}, {"CHECK"}, {"PROMISE"}}, records);
  if (!records.empty()) return Unit{};
  return Error{.code = Errc::not_found,
               .message = "no check is selected",
               .hint = "`botctl smoke --list` shows them all"};
}

Error verdict_error(suites::Verdict verdict, const suites::RunResult& run) {
  const auto totals = suites::count(run);
  if (verdict == suites::Verdict::failed) {
    return Error{.code = Errc::failed,
                 .message = std::to_string(totals.failed) + " of " + std::to_string(totals.all()) +
                            " checks failed",
                 .hint = "look at one with `botctl smoke --check ID -vvv`"};
  }
  if (verdict == suites::Verdict::leftover) {
    return Error{
        .code = Errc::partial,
        .message = "every check passed, but not everything that was made could be removed"};
  }
  return Error{.code = Errc::cancelled, .message = "interrupted, what was made is removed"};
}

// Runs with a stop that a signal or --timeout requests.
Result<suites::RunResult> run_suites(suites::SmokeOptions options, Context& context) {
  std::stop_source stop;
  options.cancel = stop.get_token();
  options.progress = progress_of(context);
  const std::jthread watcher([&](const std::stop_token& done) {
    while (!done.stop_requested() && !stop.stop_requested()) {
      if (!context.check()) stop.request_stop();
      std::this_thread::sleep_for(between_looks);
    }
  });
  return suites::run_smoke(options);
}

Status run(const Arguments& arguments, Context& context) {
  auto options = options_of(arguments, context);
  if (!options) return options.error();
  if (arguments.flag("list")) return show_list(*options, context);
  auto reports = SmokeReports::open(arguments.list("report"));
  if (!reports) return reports.error();
  const auto result = run_suites(std::move(options).value(), context);
  if (!result) return result.error();
  const bool wants_rows = arguments.text("output") == "tsv";
  reports->show(*result, context.output(), wants_rows ? Rows::wanted : Rows::unwanted);
  const auto verdict = suites::verdict(*result);
  if (auto status = reports->write(*result); !status) return status;
  if (verdict == suites::Verdict::passed) return Unit{};
  if (verdict == suites::Verdict::interrupted) {
    if (auto why = context.check(); !why) return why;
  }
  return verdict_error(verdict, *result);
}

std::vector<Option> behind_options() {
  return {{.name = "redis-url",
           .kind = Kind::text,
           .value_name = "URL",
           .help = "Also look at the Redis behind the server: what is published, what is left"},
          {.name = "redis-url-file",
           .kind = Kind::path,
           .value_name = "FILE",
           .help = "Private file with that URL, for one with a password",
           .completes = Completes::files},
          {.name = "database-url",
           .kind = Kind::text,
           .value_name = "URL",
           .help = "Also look at the rows behind the server: postgresql://… or sqlite:FILE"},
          {.name = "database-url-file",
           .kind = Kind::path,
           .value_name = "FILE",
           .help = "Private file with that URL, for one with a password",
           .completes = Completes::files}};
}

std::vector<Option> run_options() {
  return {
      {.name = "suite",
       .letter = 's',
       .kind = Kind::list,
       .value_name = "SUITE",
       .help = "Only suites with this number or title; * and ? match"},
      {.name = "check",
       .kind = Kind::list,
       .value_name = "ID",
       .help = "Only checks with this id, such as 2.3 or '8.*', and what they need"},
      {.name = "list", .help = "Show the checks that are selected and run none"},
      {.name = "quick", .help = "Only make a bot, look at it and stop it"},
      {.name = "fail-fast", .help = "Start nothing new after the first failure"},
      {.name = "timeout-scale",
       .kind = Kind::text,
       .value_name = "FACTOR",
       .help = "Multiply every deadline: real bots need more time than simulated ones",
       .default_value = "1"},
      {.name = "repeat",
       .kind = Kind::integer,
       .value_name = "N",
       .help = "Run everything that many times",
       .default_value = "1",
       .least = 1,
       .most = 100'000},
      {.name = "race-size",
       .kind = Kind::integer,
       .value_name = "N",
       .help = "Requests that are released together in a race",
       .default_value = "32",
       .least = 3,
       .most = 1'000},
      {.name = "keep", .help = "Remove nothing afterwards"},
      {.name = "report",
       .kind = Kind::list,
       .value_name = "FORMAT[:FILE]",
       .help = "Write a report, also several: text, json, markdown or junit; without FILE it takes "
               "the table's place on standard output",
       .completes = Completes::files},
      {.name = "environment",
       .kind = Kind::text,
       .value_name = "NAME",
       .help = "What to call the environment in reports"},
      {.name = "spawn-server", .help = "Start a private botd, test it and remove it again"},
      {.name = "botd",
       .kind = Kind::path,
       .value_name = "FILE",
       .help = "The botd to start; without it the one beside botctl",
       .completes = Completes::files}};
}

std::vector<Option> smoke_options() {
  auto options = run_options();
  for (auto& option : behind_options())
    options.push_back(std::move(option));
  return options;
}

}  // namespace

Command smoke() {
  return {
      .noun = "",
      .verb = "smoke",
      .summary = "Check a deployment from outside: ten suites, with evidence",
      .description =
          "Each suite works as a throw-away user of its own and removes what it made, also "
          "after a failure or Ctrl-C. A check that needs another one that failed is skipped "
          "and says so.\n\n"
          "The table of results goes to standard output, in a pipe too; its last line counts "
          "the checks. With -o json the whole run is one object: run, suites, checks with "
          "what was expected, what was seen, and the requests.\n\n"
          "Needs the admin key. The exit code is 0 when every selected check passed, 1 when "
          "one failed, 5 when none was selected, 10 when something was left behind.",
      .options = smoke_options(),
      .examples = {{"botctl smoke --spawn-server", "a private server on this machine"},
                   {"botctl smoke --server https://bots.staging.example --report junit:smoke.xml",
                    "after a deployment"},
                   {"botctl smoke --check 2.3 -vvv", "one check with its requests"}},
      .run = run};
}

}  // namespace bot::cli
