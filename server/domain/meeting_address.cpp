#include "server/domain/meeting_address.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "base/unicode.hpp"

namespace bot::domain {
namespace {

constexpr std::size_t longest_id = 255;

bool all_digits(std::string_view text) {
  return text.find_first_not_of("0123456789") == text.npos;
}

bool all_alphanumeric(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
}

bool is_meet_code(std::string_view id) {
  if (id.size() != 12 || id[3] != '-' || id[8] != '-') return false;
  for (std::size_t i = 0; i < id.size(); ++i) {
    if (i != 3 && i != 8 && (id[i] < 'a' || id[i] > 'z')) return false;
  }
  return true;
}

bool has_own_form(std::string_view platform, std::string_view id) {
  if (platform == "google_meet") return is_meet_code(id);
  if (platform == "zoom") return all_digits(id) && id.size() >= 9 && id.size() <= 11;
  return all_digits(id) && id.size() >= 10 && id.size() <= 15;
}

std::string own_form_sentence(std::string_view platform) {
  if (platform == "google_meet") {
    return "Google Meet ID must be in format 'abc-defg-hij' (lowercase letters only)";
  }
  if (platform == "zoom") return "Zoom meeting ID must be 9-11 digits only";
  return "Teams meeting ID must be 10-15 digits only (not a full URL)";
}

}  // namespace

bool is_platform(std::string_view name) {
  return std::find(platforms.begin(), platforms.end(), name) != platforms.end();
}

std::optional<std::string> native_id_problem(std::string_view platform,
                                             std::string_view native_id,
                                             IdRule rule) {
  if (native_id.empty()) return "native_meeting_id cannot be empty";
  if (native_id.size() > longest_id) return "native_meeting_id must be at most 255 bytes long";
  if (has_control_characters(native_id)) {
    return "native_meeting_id cannot hold control characters";
  }
  if (native_id.find_first_of("/?#") != native_id.npos) {
    return "native_meeting_id cannot hold any of / ? #";
  }
  if (rule == IdRule::strict && !has_own_form(platform, native_id)) {
    return own_form_sentence(platform);
  }
  return std::nullopt;
}

std::optional<std::string> meeting_url(std::string_view platform, std::string_view native_id) {
  if (!is_platform(platform) || !has_own_form(platform, native_id)) return std::nullopt;
  const std::string id(native_id);
  if (platform == "google_meet") return "https://meet.google.com/" + id;
  if (platform == "zoom") return "https://zoom.us/j/" + id;
  return "https://teams.live.com/meet/" + id;
}

std::string url_with_passcode(std::string_view platform,
                              const std::string& url,
                              std::string_view passcode) {
  if (passcode.empty()) return url;
  const std::string name = platform == "zoom" ? "pwd" : "p";
  const auto separator = url.find('?') == url.npos ? "?" : "&";
  return url + separator + name + "=" + percent_encode(passcode);
}

std::optional<std::string> passcode_problem(std::string_view platform, std::string_view passcode) {
  if (passcode.empty()) return std::nullopt;
  if (platform == "google_meet") return "Passcode is not supported for Google Meet meetings";
  if (platform == "zoom") {
    const bool fits = all_digits(passcode) && passcode.size() >= 6 && passcode.size() <= 10;
    return fits ? std::nullopt : std::optional<std::string>("Zoom passcode must be 6-10 digits");
  }
  const bool fits = all_alphanumeric(passcode) && passcode.size() >= 8 && passcode.size() <= 20;
  return fits ? std::nullopt
              : std::optional<std::string>("Teams passcode must be 8-20 alphanumeric characters");
}

}  // namespace bot::domain
