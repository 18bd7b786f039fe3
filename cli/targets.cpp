#include "cli/targets.hpp"

#include <algorithm>
#include <istream>
#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "client/ops/find_user.hpp"
#include "client/ops/list_accounts.hpp"
#include "client/ops/list_meetings.hpp"

namespace bot::cli {
namespace {

Error not_a_meeting(const std::string& text) {
  return Error{.code = Errc::invalid_argument,
               .message = "'" + escape_for_terminal(text) + "' does not name a meeting",
               .hint = "write PLATFORM ID or PLATFORM/ID, such as google_meet/abc-defg-hij"};
}

Result<Target> from_one_word(const std::string& word) {
  const auto slash = word.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == word.size()) {
    return not_a_meeting(word);
  }
  return Target{.platform = word.substr(0, slash), .native_meeting_id = word.substr(slash + 1)};
}

// "PLATFORM/ID", or "PLATFORM" and "ID" with a tab or blanks between them.
Result<Target> from_line(const std::string& line) {
  const std::string text(trim(line));
  const auto end = text.find_first_of(" \t");
  if (end == std::string::npos) return from_one_word(text);
  return Target{.platform = text.substr(0, end),
                .native_meeting_id = std::string(trim(std::string_view(text).substr(end)))};
}

Result<std::vector<Target>> from_lines(std::istream& in) {
  std::vector<Target> targets;
  std::string line;
  while (std::getline(in, line)) {
    if (trim(line).empty()) continue;
    auto target = from_line(line);
    if (!target) return target.error();
    targets.push_back(std::move(target).value());
  }
  return targets;
}

// Also one that is too large for an id, or below all of them.
bool is_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::int64_t> id_from(std::string_view text) {
  const auto number = parse_int(text);
  return number && *number >= 0 ? number : std::nullopt;
}

// Accounts that were imported have their e-mail address for a username.
bool can_be_username(const std::string& text) {
  return !text.empty() && text.find(' ') == std::string::npos && !has_control_characters(text);
}

}  // namespace

std::vector<Positional> meeting_positionals() {
  return {{.name = "platform",
           .help = "google_meet, zoom or teams; or PLATFORM/ID in one word",
           .completes = Completes::platforms},
          {.name = "id", .help = "The meeting's id on that platform", .arity = Arity::optional}};
}

Result<Target> target_of(const Arguments& arguments) {
  if (!arguments.has("id")) return from_one_word(arguments.text("platform"));
  return Target{.platform = arguments.text("platform"), .native_meeting_id = arguments.text("id")};
}

Result<std::vector<Target>> targets_of(const std::vector<std::string>& words, std::istream& in) {
  if (words.size() == 1 && words[0] == "-") return from_lines(in);
  const auto has_slash = [](const std::string& word) {
    return word.find('/') != std::string::npos;
  };
  if (words.size() == 2 && !has_slash(words[0]) && !has_slash(words[1])) {
    return std::vector<Target>{{.platform = words[0], .native_meeting_id = words[1]}};
  }
  std::vector<Target> targets;
  for (const auto& word : words) {
    auto target = from_one_word(word);
    if (!target) return target.error();
    targets.push_back(std::move(target).value());
  }
  return targets;
}

Result<std::int64_t> user_id_of(Context& context, const std::string& text) {
  if (const auto id = parse_int(text)) return *id;
  if (text.find('@') == std::string::npos) {
    return Error{.code = Errc::invalid_argument,
                 .message = "'" + escape_for_terminal(text) +
                            "' is neither a user's id nor an e-mail address"};
  }
  auto user = context.run(client::FindUser{.email = text});
  if (!user) return user.error();
  return user->id;
}

Status check_account(const std::string& text) {
  if (is_number(text) ? id_from(text).has_value() : can_be_username(text)) return Unit{};
  return Error{.code = Errc::invalid_argument,
               .message = "'" + escape_for_terminal(text) +
                          "' is neither the id of an account nor a username"};
}

Result<std::int64_t> account_id_of(Context& context, const std::string& text) {
  if (auto sound = check_account(text); !sound) return std::move(sound).error();
  if (const auto id = id_from(text)) return *id;
  const auto page = context.run(client::ListAccounts{.username = text});
  if (!page) return page.error();
  const auto found = std::find_if(page->data.begin(), page->data.end(), [&](const auto& account) {
    return account.username == text;
  });
  if (found != page->data.end()) return found->id;
  return Error{.code = Errc::not_found,
               .message = "there is no account " + text,
               .hint = "`botctl accounts list` shows those of this key"};
}

Result<types::Meeting> find_meeting(Context& context, const Target& target) {
  auto list = context.run(client::ListMeetings{.platform = target.platform});
  if (!list) return list.error();
  const types::Meeting* newest = nullptr;
  for (const auto& meeting : list->meetings) {
    if (meeting.platform != target.platform) continue;
    if (meeting.native_meeting_id != target.native_meeting_id) continue;
    if (newest == nullptr || meeting.id > newest->id) newest = &meeting;
  }
  if (newest == nullptr) {
    return Error{.code = Errc::not_found,
                 .message = "there is no meeting " + target.text(),
                 .hint = "`botctl meetings list` shows those of this key"};
  }
  return *newest;
}

bool is_final(std::string_view state) {
  return state == "completed" || state == "failed";
}

}  // namespace bot::cli
