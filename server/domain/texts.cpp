#include "server/domain/texts.hpp"

namespace bot::domain {

std::string limit_reached_text(std::int64_t limit) {
  return "Maximum concurrent bots limit reached (" + std::to_string(limit) + ")";
}

std::string duplicate_text(std::string_view platform, std::string_view native_id) {
  return "An active or requested meeting already exists for this platform and meeting ID. "
         "Platform: " +
         std::string(platform) + ", Native Meeting ID: " + std::string(native_id);
}

std::string meeting_not_found_text(std::string_view platform, std::string_view native_id) {
  return "Meeting not found for platform " + std::string(platform) + " and ID " +
         std::string(native_id);
}

std::string not_active_text(std::string_view state) {
  return "Meeting found but is not active (status: '" + std::string(state) +
         "'). Cannot reconfigure.";
}

std::string no_active_meeting_text(std::string_view platform, std::string_view native_id) {
  return "No active meeting found for platform " + std::string(platform) + " and meeting ID " +
         std::string(native_id) + ".";
}

}  // namespace bot::domain
