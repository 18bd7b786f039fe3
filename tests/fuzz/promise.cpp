#include "tests/fuzz/promise.hpp"

#include <cstdlib>
#include <iostream>

namespace bot::fuzz {

void require(bool kept, std::string_view promise, std::string_view instead) {
  if (kept) return;
  std::cerr << "broken promise: " << promise << "\n" << instead << std::endl;
  std::abort();
}

}  // namespace bot::fuzz
