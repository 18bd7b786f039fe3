#include "server/events/stream_replies.hpp"

namespace bot::events {
namespace {

// Of [name, value, …].
const redis::Reply* named(const redis::Reply& row, std::string_view name) {
  for (std::size_t i = 0; i + 1 < row.list.size(); i += 2) {
    if (row.list[i].text == name) return &row.list[i + 1];
  }
  return nullptr;
}

// [id, [name, value, …]]; no fields for one that was deleted while it was pending.
StreamEntry entry_of(const redis::Reply& reply) {
  StreamEntry entry;
  if (reply.list.size() != 2) return entry;
  entry.id = reply.list[0].text;
  const auto& words = reply.list[1].list;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2)
    entry.fields.emplace_back(words[i].text, words[i + 1].text);
  return entry;
}

}  // namespace

bool is_missing(const redis::Reply& reply) {
  return reply.is_error() &&
         (reply.text.starts_with("NOGROUP") || reply.text.starts_with("UNBLOCKED") ||
          reply.text.starts_with("ERR no such key"));
}

std::string first_words(std::string_view refusal) {
  const auto colon = refusal.find(": ");
  if (colon == refusal.npos) return std::string(refusal);
  return std::string(refusal.substr(0, refusal.find(' ', colon + 2)));
}

std::vector<StreamEntry> entries_of(const redis::Reply& reply) {
  std::vector<StreamEntry> entries;
  if (reply.list.empty() || reply.list[0].list.size() != 2) return entries;
  for (const auto& each : reply.list[0].list[1].list)
    entries.push_back(entry_of(each));
  return entries;
}

std::int64_t backlog_of(std::string_view group,
                        const redis::Reply& groups,
                        const redis::Reply& length) {
  if (groups.list.size() <= 1) return length.integer;
  for (const auto& each : groups.list) {
    const auto* name = named(each, "name");
    const auto* pending = named(each, "pending");
    const auto* lag = named(each, "lag");
    if (name == nullptr || name->text != group || pending == nullptr) continue;
    // Told since version 7: what the group has not been given yet.
    if (lag != nullptr && !lag->is_nil()) return pending->integer + lag->integer;
  }
  return length.integer;
}

}  // namespace bot::events
