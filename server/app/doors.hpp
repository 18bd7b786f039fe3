#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "server/app/config.hpp"
#include "server/http/listening_socket.hpp"
#include "server/http/tls.hpp"

namespace bot::app {

// What a server has to take before it gives its privileges up: its ports and the TLS key.
struct Doors {
  // Errors: what is in the way, naming the flag.
  static Result<Doors> open(const Config& config);

  http::ListeningSocket api;
  std::optional<http::ListeningSocket> admin;  // with --admin-listen
  std::shared_ptr<http::TlsKeeper> tls;        // null: plain HTTP
  std::string chain;                           // PEM of the certificate; empty without TLS
};

}  // namespace bot::app
