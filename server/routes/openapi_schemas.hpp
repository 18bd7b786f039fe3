#pragma once

#include <string>

#include "client/types/json.hpp"

namespace bot::routes {

// components.schemas of the OpenAPI document: every body by its name.
types::Json component_schemas();

// Those among them that are about the service itself, its errors and who is asking.
types::Json service_schemas();

// The schema of a path or query parameter by its name.
types::Json parameter_schema(const std::string& name);

}  // namespace bot::routes
