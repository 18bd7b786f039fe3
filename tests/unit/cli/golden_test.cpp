// The output of every command, in each form, as it is committed in tests/golden/cli: a contract
// with scripts. BOTCTL_UPDATE_GOLDEN=1 rewrites the files.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/text.hpp"
#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

const std::filesystem::path folder = "tests/golden/cli";

struct Case {
  std::string name;
  std::vector<std::string> words;
};

void PrintTo(const Case& each, std::ostream* out) {
  *out << each.name;
}

std::string section(const Case& each, const std::string& title, const std::string& format) {
  Program program;
  program.serve_everything();
  program.input = "email\nada@example.com\n";
  if (title == "terminal") {
    program.environment["BOTCTL_FORCE_TTY"] = "100";
    program.environment["NO_COLOR"] = "1";
  }
  auto words = each.words;
  if (!format.empty()) words.insert(words.end(), {"-o", format});
  const auto ran = program.run(words);
  return "== " + title + ": botctl " + join(words, " ") + "\n" + ran.out;
}

std::string whole(const Case& each) {
  return section(each, "terminal", "") + section(each, "pipe", "") + section(each, "json", "json") +
         section(each, "ndjson", "ndjson") + section(each, "id", "id");
}

class Golden : public testing::TestWithParam<Case> {};

TEST_P(Golden, OutputIsAsCommitted) {
  const auto path = folder / (GetParam().name + ".txt");
  const auto text = whole(GetParam());
  if (std::getenv("BOTCTL_UPDATE_GOLDEN") != nullptr) {
    std::filesystem::create_directories(folder);
    std::ofstream(path) << text;
  }

  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::ostringstream committed;
  committed << file.rdbuf();
  EXPECT_EQ(committed.str(), text);
}

const std::string meeting = "google_meet/abc-defg-hij";

INSTANTIATE_TEST_SUITE_P(
    All,
    Golden,
    testing::Values(Case{"users_list", {"users", "list"}},
                    Case{"users_get", {"users", "get", "42"}},
                    Case{"users_create", {"users", "create", "ada@example.com"}},
                    Case{"users_ensure", {"users", "ensure", "ada@example.com"}},
                    Case{"users_update", {"users", "update", "42", "--max-bots", "2"}},
                    Case{"users_delete", {"users", "delete", "42", "--yes"}},
                    Case{"tokens_list", {"tokens", "list", "42"}},
                    Case{"tokens_create", {"tokens", "create", "42"}},
                    Case{"tokens_revoke", {"tokens", "revoke", "5"}},
                    Case{"bots_start", {"bots", "start", meeting}},
                    Case{"bots_list", {"bots", "list"}},
                    Case{"bots_status", {"bots", "status"}},
                    Case{"bots_config", {"bots", "config", meeting, "--language", "fr"}},
                    Case{"bots_stop", {"bots", "stop", meeting}},
                    Case{"bots_wait", {"bots", "wait", meeting}},
                    Case{"bots_watch", {"bots", "watch", meeting, "--timeout", "1s"}},
                    Case{"meetings_list", {"meetings", "list"}},
                    Case{"meetings_get", {"meetings", "get", meeting}},
                    Case{"meetings_update", {"meetings", "update", meeting, "--name", "x"}},
                    Case{"meetings_delete", {"meetings", "delete", meeting, "--yes"}},
                    Case{"meetings_timeline", {"meetings", "timeline", "7"}},
                    Case{"transcripts_get", {"transcripts", "get", meeting}},
                    Case{"webhook_get", {"webhook", "get"}},
                    Case{"webhook_set", {"webhook", "set", "https://example.com/hook"}},
                    Case{"webhook_clear", {"webhook", "clear"}},
                    Case{"webhook_deliveries", {"webhook", "deliveries"}},
                    Case{"audit_list", {"audit", "list"}},
                    Case{"jobs_create", {"jobs", "create"}},
                    Case{"jobs_create_wait", {"jobs", "create", "--wait"}},
                    Case{"jobs_create_one", {"jobs", "create", "--one-job"}},
                    Case{"jobs_import", {"jobs", "import", "-"}},
                    Case{"jobs_list", {"jobs", "list"}},
                    Case{"jobs_get", {"jobs", "get", "job-1"}},
                    Case{"jobs_watch", {"jobs", "watch", "job-1"}},
                    Case{"jobs_cancel", {"jobs", "cancel", "job-1"}},
                    Case{"jobs_retry", {"jobs", "retry", "--status", "failed", "--yes"}},
                    Case{"jobs_delete", {"jobs", "delete", "job-1", "--yes"}},
                    Case{"jobs_tokens", {"jobs", "tokens", "job-1"}},
                    Case{"accounts_list", {"accounts", "list"}},
                    Case{"accounts_get", {"accounts", "get", "42"}},
                    Case{"accounts_disable", {"accounts", "disable", "42"}},
                    Case{"accounts_enable", {"accounts", "enable", "42"}},
                    Case{"accounts_export", {"accounts", "export"}},
                    Case{"queue_stats", {"queue", "stats"}},
                    Case{"queue_show", {"queue", "show", "jobs"}},
                    Case{"queue_pause", {"queue", "pause", "jobs"}},
                    Case{"queue_resume", {"queue", "resume", "jobs"}},
                    Case{"queue_purge", {"queue", "purge", "jobs", "--status", "dead", "--yes"}},
                    Case{"queue_history", {"queue", "history"}},
                    Case{"dlq_list", {"dlq", "list"}},
                    Case{"dlq_show", {"dlq", "show", "41"}},
                    Case{"dlq_retry", {"dlq", "retry", "--lane", "jobs", "--dry-run"}},
                    Case{"dlq_delete", {"dlq", "delete", "41", "--yes"}},
                    Case{"dlq_purge", {"dlq", "purge", "--dry-run"}},
                    Case{"dlq_export", {"dlq", "export"}},
                    Case{"workers_list", {"workers", "list"}},
                    Case{"workers_show", {"workers", "show", "worker-1"}},
                    Case{"workers_quiet", {"workers", "quiet", "worker-1"}},
                    Case{"workers_resume", {"workers", "resume", "worker-1"}},
                    Case{"workers_stop", {"workers", "stop", "worker-1", "--yes"}},
                    Case{"health", {"health"}},
                    Case{"doctor", {"doctor"}},
                    Case{"status", {"status"}},
                    Case{"version", {"version"}}),
    [](const auto& each) { return each.param.name; });

}  // namespace
}  // namespace bot::cli
