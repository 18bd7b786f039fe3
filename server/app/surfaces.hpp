#pragma once

#include "server/http/dispatcher.hpp"

namespace bot::app {

// Which part of the API a listener shows.
enum class Surface {
  whole,
  // Beside an admin listener: no route below /admin, no /metrics, and no admin key is taken where
  // both kinds of key are elsewhere.
  without_admin,
  // For bots beside a TLS listener: their callbacks, each under its session's secret, and /health.
  callbacks,
};

// The routes of `all` that belong there; their handlers are shared.
http::Router routes_of(const http::Router& all, Surface surface);

// Beside an admin listener the header of the admin key is one that nobody reads: were a right key
// answered otherwise than a wrong one, it could be guessed there.
http::DispatcherHooks hooks_of(http::DispatcherHooks all, Surface surface);

}  // namespace bot::app
