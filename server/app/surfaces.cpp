#include "server/app/surfaces.hpp"

namespace bot::app {
namespace {

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
    auto copy = *route;
    if (surface == Surface::without_admin && copy.access == http::Access::either) {
      copy.access = http::Access::user;
    }
    chosen.add(std::move(copy));
  }
  return chosen;
}

}  // namespace bot::app
