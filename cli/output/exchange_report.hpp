#pragma once

#include <cstddef>
#include <iosfwd>

#include "cli/output/terminal.hpp"
#include "client/exchange.hpp"

namespace bot::cli {

// One exchange for -v (a line), -vv (and headers), -vvv (and bodies). The client has taken the
// secrets out already; control characters are escaped here.
void write_exchange(std::ostream& err,
                    const client::Exchange& exchange,
                    std::size_t verbosity,
                    Colors colors);

}  // namespace bot::cli
