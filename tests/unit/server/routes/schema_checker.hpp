#pragma once

#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::routes {

// Where `value` is not what `schema` says, one sentence each; empty: it fits. Knows the keywords
// that our OpenAPI document uses and reports any other as a mismatch, so that no rule can be
// written there that nothing checks. Stricter than JSON Schema in one point: a member that
// `properties` does not name is a mismatch, for an answer must not hold what is not documented.
// `document` is what $ref refers to.
std::vector<std::string> mismatches(const types::Json& document,
                                    const types::Json& schema,
                                    const types::Json& value);

}  // namespace bot::routes
