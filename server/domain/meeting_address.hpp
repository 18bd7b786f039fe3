// Which meeting a bot is sent to: platform and native id (design §3; contract §1.5).
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bot::domain {

inline constexpr std::array<std::string_view, 3> platforms = {"google_meet", "zoom", "teams"};

bool is_platform(std::string_view name);

enum class IdRule { lenient, strict };

// Why an id is refused, as one sentence for a 422 entry; nullopt when it is accepted. Lenient: not
// empty, at most 255 bytes, none of / ? #, no control characters, valid UTF-8. Strict: also in the
// platform's own form.
std::optional<std::string> native_id_problem(std::string_view platform,
                                             std::string_view native_id,
                                             IdRule rule);

// The address a person would open, for an id in the platform's own form; nullopt for any other.
// Never holds a passcode.
std::optional<std::string> meeting_url(std::string_view platform, std::string_view native_id);

// The address for whoever joins: with the passcode as the platform's own links have it (contract
// appendix B). A secret from then on.
std::string url_with_passcode(std::string_view platform,
                              const std::string& url,
                              std::string_view passcode);

// Why a passcode is refused on this platform; nullopt when it is accepted.
std::optional<std::string> passcode_problem(std::string_view platform, std::string_view passcode);

}  // namespace bot::domain
