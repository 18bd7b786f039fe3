#include "server/routes/queue_queries.hpp"

#include <algorithm>

#include "base/unicode.hpp"
#include "server/http/validation.hpp"

namespace bot::routes {
namespace {

constexpr std::size_t longest_name = 200;
constexpr std::int64_t batch = 1000;

Result<std::optional<std::string>> query_text(const http::Request& request, std::string_view name) {
  auto text = request.query_value(name);
  if (text && (text->empty() || text->size() > longest_name || has_control_characters(*text))) {
    return http::invalid_field(
        "query", name, "must be 1 to 200 bytes of text without control characters");
  }
  return text;
}

}  // namespace

Status check_lane(std::string_view where, const std::string& lane) {
  if (!lane.empty() && lane.size() <= longest_name && !has_control_characters(lane)) return Unit{};
  return http::invalid_field(
      where, "lane", "must be 1 to 200 bytes of text without control characters");
}

Result<queue::ItemFilter> item_filter(const http::Request& request) {
  queue::ItemFilter filter;
  auto kind = query_text(request, "kind");
  if (!kind) return std::move(kind).error();
  auto search = query_text(request, "search");
  if (!search) return std::move(search).error();
  const auto before = http::query_optional_int(request, "before");
  if (!before) return before.error();
  filter.kind = *std::move(kind);
  filter.search = *std::move(search);
  filter.before_id = *before;
  return filter;
}

types::Purged purge(const QueueParts& parts,
                    const queue::ItemFilter& filter,
                    PurgeMode mode,
                    const std::function<void(sql::Connection&, UnixMillis now)>& write_down) {
  // Answers what the first transaction deleted, and counted before.
  auto purged = parts.database.write([&](sql::Connection& connection) {
    const auto now = parts.clock.now_ms();
    types::Purged counted;
    counted.matched = queue::count(connection, filter);
    if (mode == PurgeMode::remove)
      counted.deleted =
          static_cast<std::int64_t>(queue::purge(connection, filter, batch, now, parts.listeners));
    write_down(connection, now);
    return counted;
  });
  auto gone = purged.deleted;
  while (mode == PurgeMode::remove && gone > 0 && purged.deleted < purged.matched) {
    const auto limit = std::min(batch, purged.matched - purged.deleted);
    gone = static_cast<std::int64_t>(parts.database.write([&](sql::Connection& connection) {
      return queue::purge(connection, filter, limit, parts.clock.now_ms(), parts.listeners);
    }));
    purged.deleted += gone;
  }
  return purged;
}

}  // namespace bot::routes
