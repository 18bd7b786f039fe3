#pragma once

#include <iosfwd>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/app/config.hpp"

namespace bot::app {

// `botd copy`: moves an installation from one database to another. A place is sqlite:FILE or
// postgresql://…; an empty `to` is the PostgreSQL of the settings. Together with it goes the
// server's secret: a file beside a SQLite database, a setting inside PostgreSQL. Prints a line for
// each table. Errors: invalid_argument for a bad place, conflict when a server uses the file or the
// target is not empty.
Status copy_installation(const std::string& from,
                         const std::string& to,
                         const Config& config,
                         const Clock& clock,
                         std::ostream& out);

}  // namespace bot::app
