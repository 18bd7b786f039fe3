#pragma once

#include <nlohmann/json.hpp>
#include <string_view>

#include "server/bots/callbacks.hpp"

namespace bot::bots {

// A report as the bots of every generation send it (design §3, "Callbacks"; contract §2.3). `word`
// is the last part of the path: status_change, lifecycle, status (S0's PATCH), started, joined,
// joining, awaiting_admission, needs_human_help, leaving, exited. Unknown fields are ignored.
// Errors: not_found for another word; invalid_argument naming the field that is missing or wrong.
Result<BotReport> decode_report(std::string_view word, const nlohmann::json& body);

// {"segments":[{start,end,text,language?,speaker?}]}, at most 1000; `end_time` is read for `end`.
Result<std::vector<ReportedSegment>> decode_segments(const nlohmann::json& body);

}  // namespace bot::bots
