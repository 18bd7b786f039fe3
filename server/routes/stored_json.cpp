#include "server/routes/stored_json.hpp"

#include <utility>

#include "base/text.hpp"
#include "client/types/json.hpp"

namespace bot::routes {

types::RawJson stored_text(std::string text) {
  if (!trim(text).starts_with('{') || !types::Json::accept(text)) return types::RawJson::object();
  return {std::move(text)};
}

}  // namespace bot::routes
