#pragma once

namespace bot::app {

// `botd`: serve, migrate, backup, bot, version. Returns the exit code of design §9: 0 done, 1
// failed, 2 usage, 5 not found, 6 conflict, 70 a bug of ours.
int run_command_line(int argc, char** argv);

}  // namespace bot::app
