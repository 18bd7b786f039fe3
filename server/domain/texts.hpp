// Sentences that clients search for, each in one place (contract §1; design §3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bot::domain {

std::string limit_reached_text(std::int64_t limit);
std::string duplicate_text(std::string_view platform, std::string_view native_id);
std::string meeting_not_found_text(std::string_view platform, std::string_view native_id);
std::string not_active_text(std::string_view state);
std::string no_active_meeting_text(std::string_view platform, std::string_view native_id);

inline constexpr std::string_view nothing_to_stop_text = "No meeting found to stop.";
inline constexpr std::string_view stop_accepted_text =
    "Stop request accepted and is being processed.";
inline constexpr std::string_view stop_finalized_text =
    "Stop request accepted; meeting finalized (no running container).";
inline constexpr std::string_view already_completed_text = "Meeting already completed.";
inline constexpr std::string_view already_failed_text = "Meeting already failed.";
inline constexpr std::string_view reconfigure_accepted_text =
    "Reconfiguration request accepted and sent to the bot.";

}  // namespace bot::domain
