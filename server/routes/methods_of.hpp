#pragma once

#include <memory>
#include <utility>

#include "server/http/router.hpp"

namespace bot::routes {

// Makes handlers of methods `Result<Reply> (const Request&, const Principal&)` of an object, which
// lives as long as any of them.
template <class Routes>
auto methods_of(std::shared_ptr<Routes> routes) {
  return [routes = std::move(routes)](auto method) {
    return http::Handler(
        [routes, method](const http::Request& request, const http::Principal& who) {
          return ((*routes).*method)(request, who);
        });
  };
}

}  // namespace bot::routes
