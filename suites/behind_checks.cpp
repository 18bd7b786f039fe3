#include "suites/behind_checks.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "client/ops/get_bots_status.hpp"
#include "suites/answers.hpp"
#include "suites/behind.hpp"
#include "suites/running.hpp"

namespace bot::suites {
namespace {

using types::Json;

constexpr std::size_t shown = 3;

std::string first_of(std::vector<std::string> texts) {
  const auto more = texts.size() > shown ? texts.size() - shown : 0;
  texts.resize(std::min(texts.size(), shown));
  return join(texts, "; ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

// nullopt: the server lists the bot and does not tell its session.
Result<std::optional<std::string>> session_of(Stage& stage, const std::string& label) {
  const auto row = stage.meeting(label);
  if (!row) return row.error();
  const auto status = stage.user().run(client::GetBotsStatus{});
  if (!status) return status.error();
  for (const auto& bot : status->running_bots) {
    if (meeting_of(bot) == row->id) return bot.session_uid;
  }
  return Error{.code = Errc::not_found, .message = "GET /bots/status does not list " + label};
}

// The languages of configurations that say what they must and nothing else; any other message as it
// is.
std::vector<std::string> languages_in(const std::vector<std::string>& messages,
                                      const std::string& session) {
  std::vector<std::string> languages;
  for (const auto& message : messages) {
    const auto json = Json::parse(message, nullptr, false);
    const auto language = text_in(json, "language");
    const bool plain = json.is_object() && json.size() == 3 &&
                       text_in(json, "action") == "reconfigure" &&
                       text_in(json, "uid") == session && !language.empty();
    languages.push_back(plain ? language : message);
  }
  return languages;
}

}  // namespace

Outcome rows_obey_the_invariants(Stage& stage) {
  const auto& behind = stage.run().wiring.behind;
  if (!behind || !behind->sees_database()) return skipped("needs --database-url");
  Evidence evidence;
  const auto rows = behind->rows_of(stage.account().user.id);
  if (!rows) {
    evidence.missing(rows.error(), "the rows of the races");
    return std::move(evidence).outcome();
  }
  evidence.that(
      rows->meetings > 0,
      "the races left rows",
      std::to_string(rows->meetings) + " rows of user " + std::to_string(stage.account().user.id));
  evidence.that(rows->broken.empty(),
                "every invariant holds",
                rows->broken.empty() ? "all hold" : first_of(rows->broken));
  return std::move(evidence).outcome();
}

Outcome commands_were_published(Stage& stage,
                                const std::string& label,
                                const std::vector<std::string>& languages) {
  const auto& behind = stage.run().wiring.behind;
  if (!behind || !behind->sees_redis()) return skipped("needs --redis-url");
  Evidence evidence;
  const auto told = session_of(stage, label);
  if (!told) {
    evidence.missing(told.error(), "the session of the running bot");
    return std::move(evidence).outcome();
  }
  if (!*told) return skipped("this server does not tell the session, which names the channel");
  const auto& session = **told;
  const auto expected = "on bot_commands:" + session + " in this order: " + join(languages, ", ");
  auto waiting = stage.patience(request_patience);
  for (;;) {
    const auto messages = behind->published(session);
    if (!messages) {
      evidence.missing(messages.error(), expected);
      break;
    }
    const auto seen = languages_in(*messages, session);
    const bool as_expected = seen == languages;
    if (!as_expected && seen.size() < languages.size() && waiting.again()) continue;
    evidence.that(as_expected, expected, seen.empty() ? "nothing was published" : join(seen, ", "));
    break;
  }
  return std::move(evidence).outcome();
}

Outcome redis_holds_no_state(Stage& stage) {
  const auto& behind = stage.run().wiring.behind;
  if (!behind || !behind->sees_redis()) return skipped("needs --redis-url");
  Evidence evidence;
  auto keys = behind->new_keys();
  if (!keys) {
    evidence.missing(keys.error(), "the keys of Redis");
    return std::move(evidence).outcome();
  }
  // The jobs in Redis are a picture of those in the database.
  std::erase_if(*keys, [](const std::string& key) {
    return key == "transcription_segments" || key == "speaker_events_relative" ||
           key.starts_with("botrix:");
  });
  evidence.that(keys->empty(),
                "no key that was not there before the run",
                keys->empty() ? "none" : first_of(*keys));
  return std::move(evidence).outcome();
}

}  // namespace bot::suites
