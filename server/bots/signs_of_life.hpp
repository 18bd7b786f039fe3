// Statements about when bots were last heard, across the tables that say so.
#pragma once

#include "base/clock.hpp"
#include "drivers/sql.hpp"

namespace bot::bots {

// Does a live meeting hold a sign of life from after `latest`? Only a wall clock that was set back
// since can have left one.
bool has_signs_after(sql::Connection& connection, UnixMillis latest);

// Those signs count as given now: they would hide a bot's silence until the wall clock has caught
// up, and what it says meanwhile.
void pull_back_signs(sql::Connection& connection, UnixMillis latest, UnixMillis now);

}  // namespace bot::bots
