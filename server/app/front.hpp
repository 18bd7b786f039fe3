#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "server/app/config.hpp"
#include "server/app/data_dir.hpp"
#include "server/app/doors.hpp"
#include "server/app/log.hpp"
#include "server/app/surfaces.hpp"
#include "server/http/dispatcher.hpp"
#include "server/http/listener.hpp"
#include "server/http/web_socket.hpp"

namespace bot::app {

// The listeners of a server and what each shows: the API; with --admin-listen a second one, which
// has the admin's routes to itself and the others besides; with TLS one for bots on loopback.
//
// A listener for the admin on loopback speaks plain HTTP also beside TLS: nobody can listen in on
// the way, and a certificate for a public name would send botctl to the public address.
//
// Bots outlive their server and its certificates, so what they were told to trust could be gone
// when they call. They get plain HTTP that never leaves the machine and shows nothing but their
// callbacks, on a port that is kept in the data directory. New bots do not need it without TLS or
// with addresses given by --callback-url; it is open then, too, while older ones may know it.
class Front {
 public:
  struct Parts {
    const Config& config;
    DataDir& data_dir;
    Log& log;
    const http::Router& routes;  // all of them; needed during the construction only
    http::DispatcherHooks hooks;
    http::WebSocketAcceptor& sockets;
  };

  // Knows all addresses afterwards; serves after start(). Throws std::runtime_error when no port is
  // left for bots.
  Front(Doors doors, Parts parts);

  void start();
  // As Listener::stop, on all of them at once and within one grace.
  void stop(Millis grace);

  const std::string& url() const { return url_; }
  // Where bots of this machine reach the server.
  const std::string& callback_url() const { return callback_url_; }
  http::ListenerStats stats() const;

  // No bot is left that could call the port of an earlier configuration: the next run need not
  // open it.
  void no_bots_of_earlier_runs();

  // Tells botctl on this machine where the server is and, with TLS, whom to trust there.
  Status announce();
  // Reads the certificate and its key again. What is wrong with them is logged, and the old ones
  // stay; likewise that there are none.
  void reload_certificate();

 private:
  struct Part {
    std::unique_ptr<http::Dispatcher> dispatcher;
    std::unique_ptr<http::Listener> listener;
  };

  void add(http::ListeningSocket socket,
           http::ListenerOptions options,
           Surface surface,
           const Parts& parts);
  bool needs_callbacks() const;  // for new bots
  std::optional<http::ListeningSocket> open_callbacks(const Doors& doors);
  std::optional<http::ListeningSocket> reopen_callbacks(std::uint16_t port);
  http::ListeningSocket open_fresh_callbacks();
  std::string own_url() const;
  void warn_of_certificate();

  const Config& config_;
  DataDir& data_dir_;
  Log& log_;
  std::shared_ptr<http::TlsKeeper> tls_;
  std::shared_ptr<http::TlsKeeper> own_tls_;  // of the address own_; null: plain HTTP
  std::string chain_;
  std::string url_;
  ListenAddress own_;  // botctl's: the admin listener's when there is one
  std::string callback_url_;
  std::unique_ptr<http::WebSocketAcceptor> guarded_sockets_;  // null without CORS
  std::vector<Part> parts_;
};

}  // namespace bot::app
