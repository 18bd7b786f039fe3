// URLs of the services that a program stands on: they may hold a password, which is shown to
// nobody.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace bot {

// Of the form SCHEME://…, with one of these schemes. The error names the schemes, not the URL.
Status check_service_url(std::string_view url, std::initializer_list<std::string_view> schemes);

// user:PASSWORD@ or ?password=PASSWORD (also sslpassword).
bool has_password(std::string_view url);

// The URL as it may be shown: each password is three dots.
std::string without_password(std::string_view url);

}  // namespace bot
