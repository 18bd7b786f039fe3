#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/queue/dispatcher.hpp"
#include "server/store/database.hpp"

namespace bot::commands {

inline constexpr std::string_view publish_lane = "command.publish";

// Joins the transaction that stored a command: all that its session has not been told are
// published after the commit, in their order, however long the message service is away.
void enqueue_publication(sql::Connection& connection, std::string_view session_uid, UnixMillis now);

// Gives one message to whoever listens. Errors: unavailable, it was not taken.
using Publish = std::function<Status(const std::string& session_uid, const std::string& payload)>;

// Told how many commands were stored as published; on a worker of the lane.
using OnPublished = std::function<void(std::size_t count)>;

// The handler of publish_lane. A message may be repeated after a crash; it is not lost and does not
// overtake another of its session. REQUIRES: before the dispatcher starts.
void register_outbox(queue::Dispatcher& dispatcher,
                     store::Database& database,
                     const Clock& clock,
                     Publish publish,
                     OnPublished on_published);

}  // namespace bot::commands
