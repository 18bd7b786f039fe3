#pragma once

#include <string>
#include <string_view>

#include "client/dialect.hpp"

namespace bot::suites {

// " (known of Vexa S1: …, see docs/generations.md)" when the check cannot pass against that
// generation as it was released: the failure stays one, but needs no search. Else empty.
std::string pointer_to_defect(client::Generation generation, std::string_view check);

}  // namespace bot::suites
