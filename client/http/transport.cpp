#include "client/http/transport.hpp"

#include "base/text.hpp"

namespace bot::client {

std::string HttpResponse::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (iequals(key, name)) return value;
  }
  return {};
}

}  // namespace bot::client
