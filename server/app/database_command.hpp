// `botd migrate` and `botd backup`.
#pragma once

#include <iosfwd>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/app/config.hpp"

namespace bot::app {

// Prints what of the schema is stored and what is pending, changing nothing. Throws as the database
// does, as do the others.
Status show_schema(const Config& config, std::ostream& out);

// Applies what is pending. Errors: conflict, when a server has the data directory; with PostgreSQL
// servers go on meanwhile.
Status bring_schema_up(const Config& config, const Clock& clock, std::ostream& out);

// Copies the SQLite database into a new file, which a server may be using. Errors: invalid_argument
// for PostgreSQL, not_found when there is no database, and those of store::back_up.
Status back_up_database(const Config& config, const std::string& file, std::ostream& out);

}  // namespace bot::app
