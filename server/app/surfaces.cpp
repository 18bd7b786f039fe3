#include "server/app/surfaces.hpp"

#include <utility>

#include "base/text.hpp"
#include "server/app/version.hpp"
#include "server/routes/openapi.hpp"

namespace bot::app {
namespace {

constexpr std::string_view admin_key_header = "X-Admin-API-Key";

bool belongs(const http::Route& route, Surface surface) {
  switch (surface) {
    case Surface::whole:
      return true;
    case Surface::without_admin:
      return route.access != http::Access::admin && !route.pattern.starts_with("/admin/") &&
             route.pattern != "/metrics";
    case Surface::callbacks:
      return route.access == http::Access::bot || route.pattern == "/health";
  }
  return false;
}

}  // namespace

http::Router routes_of(const http::Router& all, Surface surface) {
  http::Router chosen;
  for (const auto& route : all.routes()) {
    if (!belongs(*route, surface)) continue;
    if (surface == Surface::without_admin && route->pattern == routes::openapi_path) continue;
    auto copy = *route;
    if (surface == Surface::without_admin && copy.access == http::Access::either) {
      copy.access = http::Access::user;
    }
    chosen.add(std::move(copy));
  }
  // One of its own, that shows nothing of what is left out.
  if (surface == Surface::without_admin) {
    routes::add_openapi_route(chosen, std::string(version()));
  }
  return chosen;
}

http::DispatcherHooks hooks_of(http::DispatcherHooks all, Surface surface) {
  if (surface != Surface::without_admin || !all.authenticate) return all;
  all.authenticate = [inner = std::move(all.authenticate)](const http::Request& request,
                                                           http::Access access) {
    if (request.header(admin_key_header).empty()) return inner(request, access);
    auto seen = request;
    std::erase_if(seen.headers,
                  [](const auto& header) { return iequals(header.first, admin_key_header); });
    return inner(seen, access);
  };
  return all;
}

}  // namespace bot::app
