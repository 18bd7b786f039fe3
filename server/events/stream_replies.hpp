// What Redis answers about a stream, in our words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "drivers/redis/reply.hpp"
#include "server/events/stream_entry.hpp"

namespace bot::events {

// The error that there is no stream or group: Redis was flushed, or the stream deleted.
bool is_missing(const redis::Reply& reply);

// "Redis refused XACK: NOPERM" of a whole refusal: what follows may name a user.
std::string first_words(std::string_view refusal);

// Of XREADGROUP of one stream. No fields for an entry that was deleted while it was pending.
std::vector<StreamEntry> entries_of(const redis::Reply& reply);

// Entries that the group has not dealt with, by XINFO GROUPS and XLEN: all that is in the stream,
// where others do not read it as well or an old Redis does not tell.
std::int64_t backlog_of(std::string_view group,
                        const redis::Reply& groups,
                        const redis::Reply& length);

}  // namespace bot::events
