#pragma once

#include <array>
#include <string_view>

#include "server/bots/meeting_change.hpp"
#include "server/commands/outbox.hpp"
#include "server/jobs/job.hpp"
#include "server/webhooks/event.hpp"

namespace bot::routes {

// The lanes of the queue that every server has a handler for, or workers beside it. Those of one
// place are named after one of them: "bot.stop@PLACE".
inline constexpr std::array own_lanes = {bots::launch_lane,
                                         bots::stop_lane,
                                         bots::finish_lane,
                                         commands::publish_lane,
                                         webhooks::lane,
                                         jobs::lane};

}  // namespace bot::routes
