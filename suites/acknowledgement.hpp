#pragma once

#include <cstdint>
#include <string>

#include "client/types/command.hpp"
#include "suites/stage.hpp"

namespace bot::suites {

// Polls a command to the bot of that meeting until the bot itself has acknowledged it. Errors:
// timeout naming how far it came, not_found when the server knows no such command, protocol when
// it tells of another one.
Result<types::BotCommand> await_acknowledgement(Stage& stage,
                                                const std::string& label,
                                                std::int64_t command_id);

}  // namespace bot::suites
