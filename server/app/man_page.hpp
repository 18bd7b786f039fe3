#pragma once

#include <iosfwd>

namespace bot::app {

// botd(8) in man(7) macros, made from the settings table.
void write_man_page(std::ostream& out);

}  // namespace bot::app
