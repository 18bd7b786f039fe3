#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "drivers/sql.hpp"
#include "server/events/state_change.hpp"
#include "server/store/rows.hpp"

namespace bot::webhooks {

inline constexpr std::string_view lane = "webhook.deliver";

// Stores the events of one change of state and enqueues their deliveries in the caller's
// transaction; nothing when the user has no webhook. Always meeting.status_change; besides it
// meeting.started on active, meeting.completed on completed, bot.failed on failed. Event ids are
// made of the meeting and the change, so the same change never makes two. Returns how many; when
// not zero, wake the lane after the commit.
int enqueue_events(sql::Connection& connection,
                   const store::MeetingRow& meeting,
                   const events::StateChange& change,
                   UnixMillis now);

// The body of webhook.v1.
std::string encode_event(std::string_view event_id,
                         std::string_view event_type,
                         const store::MeetingRow& meeting,
                         const std::optional<events::StateChange>& change,
                         UnixMillis now);

}  // namespace bot::webhooks
