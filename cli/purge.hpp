#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/arguments.hpp"
#include "cli/context.hpp"
#include "client/ops/purge.hpp"
#include "client/types/queue_item.hpp"

namespace bot::cli {

// Has the server delete all that it matches, or with --dry-run count it. Asks first, with the
// number of them, unless --yes was given. `noun` is one of them ("dead letter"), `where` follows it
// in sentences ("" or " of lane jobs"). A server that deletes so many at a time is asked again.
Status run_purge(const Arguments& arguments,
                 Context& context,
                 std::string_view noun,
                 const std::string& where,
                 const std::function<Result<types::Purged>(client::Purge)>& purge);

}  // namespace bot::cli
