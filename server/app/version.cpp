#include "server/app/version.hpp"

namespace bot::app {

std::string_view version() {
  return BOTCTL_VERSION;
}

std::string_view commit() {
  return BOTCTL_COMMIT;
}

}  // namespace bot::app
