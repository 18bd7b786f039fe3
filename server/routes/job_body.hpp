// What requests for jobs have in common.
#pragma once

#include <optional>
#include <string>

#include "server/http/validation.hpp"
#include "server/jobs/job.hpp"

namespace bot::routes {

// low, normal or high in letters of either case; normal when it is not there.
jobs::Priority read_priority(http::BodyReader& body);

// A name that can be the local part of an address, with a number after it: letters, digits and
// ._- inside, at most 48 characters. No number: that is an account's id.
std::optional<std::string> read_username(http::BodyReader& body);

}  // namespace bot::routes
