#pragma once

#include <string>
#include <vector>

#include "suites/race/history.hpp"

namespace bot::suites::race {

// What a history proves the service did wrong, one sentence each; empty when some order of the
// operations within their times explains every answer, as far as these rules see:
//  - at no instant more bots live than the limit (live for certain: from the answer to its start
//    until its stop was asked);
//  - no refusal for want of a seat while one was free for certain (all possibly live bots counted:
//    from the asking of a start until the answer to its stop);
//  - no two bots live for certain in one meeting, and no refusal as duplicate when nothing else was
//    possibly live in that meeting;
//  - no accepted start missing from a later listing.
// Never blames a correct service: what is uncertain counts in its favour.
std::vector<std::string> violations(const History& history);

}  // namespace bot::suites::race
