// How `botctl status` shows what it found out.
#pragma once

#include <vector>

#include "cli/output/output.hpp"
#include "cli/service_status.hpp"
#include "client/types/json.hpp"

namespace bot::cli {

// The shape is a contract with scripts: every name is always there, null where nothing is known.
types::Json json_of(const ServiceStatus& status);

const std::vector<Column>& status_columns();
// A line each: what, and how it is.
std::vector<Record> lines_of(const ServiceStatus& status);

}  // namespace bot::cli
