#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bot::domain {

// The address as it is stored and compared: local part as given, domain in lower case. nullopt when
// it is not an address that mail could reach (contract §1.1: `x@localhost` is refused).
std::optional<std::string> normal_email(std::string_view address);

}  // namespace bot::domain
