#include "server/app/front.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <utility>

#include "base/time_format.hpp"
#include "server/app/tls_files.hpp"
#include "server/bots/descriptor_limit.hpp"
#include "server/http/cors.hpp"

namespace bot::app {
namespace {

constexpr const char* loopback = "127.0.0.1";
constexpr std::size_t most_admin_connections = 256;
constexpr int admin_workers = 4;

// All listeners together leave descriptors for files and children.
http::ListenerOptions listener_options(const Config& config, std::size_t listeners) {
  http::ListenerOptions options;
  options.threads = config.threads;
  options.workers = config.workers;
  options.max_body = static_cast<std::size_t>(config.max_body_bytes);
  options.max_connections =
      http::connections_within(bots::descriptor_limit() / listeners, options.max_connections);
  return options;
}

http::ListenerOptions admin_options(http::ListenerOptions options) {
  options.threads = 1;
  options.workers = std::min(options.workers, admin_workers);
  options.max_connections = std::min(options.max_connections, most_admin_connections);
  return options;
}

// The name under which clients of this machine find the certificate valid.
std::string host_for(const std::string& listened, const http::TlsIdentity* identity) {
  auto reachable = is_any_host(listened) ? std::string(loopback) : listened;
  if (identity == nullptr || identity->covers(reachable)) return reachable;
  if (is_loopback_host(reachable) && identity->covers("localhost")) return "localhost";
  const auto names = identity->names();
  return names.empty() ? reachable : names.front();
}

// `tls` is null for plain HTTP.
std::string url_of(const ListenAddress& listened, const http::TlsKeeper* tls) {
  const auto identity = tls != nullptr ? tls->current() : nullptr;
  return (identity ? "https://" : "http://") +
         to_string(ListenAddress{host_for(listened.host, identity.get()), listened.port});
}

}  // namespace

Front::Front(Doors doors, Parts parts)
    : config_(parts.config),
      data_dir_(parts.data_dir),
      log_(parts.log),
      tls_(std::move(doors.tls)),
      own_tls_(tls_),
      chain_(std::move(doors.chain)) {
  if (!config_.cors_origins.empty()) {
    parts.hooks.cors = std::make_shared<const http::Cors>(config_.cors_origins);
    guarded_sockets_ = http::guard_origins(parts.hooks.cors, parts.sockets);
  }
  auto callbacks = open_callbacks(doors);
  const auto listeners = std::size_t{1} + (doors.admin ? 1 : 0) + (callbacks ? 1 : 0);
  auto options = listener_options(config_, listeners);
  auto secured = options;
  secured.tls = tls_;

  own_ = {config_.listen_host, doors.api.port()};
  url_ = callback_url_ = url_of(own_, tls_.get());
  add(std::move(doors.api), secured, doors.admin ? Surface::without_admin : Surface::whole, parts);
  // Pages of other origins have no business with the rest.
  parts.hooks.cors = nullptr;
  if (doors.admin) {
    own_ = {config_.admin_listen->host, doors.admin->port()};
    if (is_loopback_host(own_.host)) own_tls_ = nullptr;
    add(std::move(*doors.admin),
        admin_options(own_tls_ ? secured : options),
        Surface::whole,
        parts);
  }
  if (callbacks) {
    if (needs_callbacks()) {
      callback_url_ = "http://" + to_string(ListenAddress{loopback, callbacks->port()});
    }
    options.threads = 1;
    add(*std::move(callbacks), options, Surface::callbacks, parts);
  }
}

void Front::add(http::ListeningSocket socket,
                http::ListenerOptions options,
                Surface surface,
                const Parts& parts) {
  auto* sockets = guarded_sockets_ ? guarded_sockets_.get() : &parts.sockets;
  if (surface == Surface::callbacks) sockets = nullptr;
  auto& part = parts_.emplace_back();
  part.dispatcher = std::make_unique<http::Dispatcher>(routes_of(parts.routes, surface),
                                                       hooks_of(parts.hooks, surface));
  part.listener =
      http::Listener::on(std::move(socket), std::move(options), *part.dispatcher, sockets);
}

bool Front::needs_callbacks() const {
  return tls_ && config_.callback_urls.empty();
}

std::optional<http::ListeningSocket> Front::open_callbacks(const Doors& doors) {
  const auto known = data_dir_.callback_port();
  const bool taken =
      known && (*known == doors.api.port() || (doors.admin && *known == doors.admin->port()));
  auto socket = known && !taken ? reopen_callbacks(*known) : std::nullopt;
  if (!socket && needs_callbacks()) return open_fresh_callbacks();
  return socket;
}

// Bots of earlier runs call where they were told to, whatever new ones are told.
std::optional<http::ListeningSocket> Front::reopen_callbacks(std::uint16_t port) {
  auto socket = http::ListeningSocket::open(loopback, port);
  if (socket) return std::move(socket).value();
  log_.write(Log::Level::warning,
             "bots of an earlier run cannot reach this one: another process has their port",
             {{"port", std::to_string(port)}});
  return std::nullopt;
}

http::ListeningSocket Front::open_fresh_callbacks() {
  auto socket = http::ListeningSocket::open(loopback, 0);
  if (!socket) throw std::runtime_error(socket.error().message);
  if (auto kept = data_dir_.keep_callback_port(socket->port()); !kept) {
    log_.write(Log::Level::warning,
               "the next run will not be found by the bots of this one",
               {{"reason", kept.error().message}});
  }
  return std::move(socket).value();
}

void Front::no_bots_of_earlier_runs() {
  if (!needs_callbacks()) data_dir_.forget_callback_port();
}

void Front::start() {
  for (auto& part : parts_)
    part.listener->start();
  if (config_.admin_listen) {
    log_.write(Log::Level::info, "serving the admin", {{"url", own_url()}});
  }
  if (tls_) warn_of_certificate();
}

void Front::stop(Millis grace) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + grace;
  for (auto& part : parts_)
    part.listener->close();
  for (auto& part : parts_) {
    const auto left = std::chrono::ceil<Millis>(deadline - Clock::now());
    part.listener->stop(std::max(left, Millis{0}));
  }
}

http::ListenerStats Front::stats() const {
  http::ListenerStats sum;
  for (const auto& part : parts_) {
    const auto stats = part.listener->stats();
    sum.connections += stats.connections;
    sum.web_sockets += stats.web_sockets;
    sum.requests += stats.requests;
    sum.queued += stats.queued;
  }
  return sum;
}

std::string Front::own_url() const {
  return url_of(own_, own_tls_.get());
}

Status Front::announce() {
  return data_dir_.announce(own_url(), own_tls_ ? chain_ : std::string());
}

void Front::reload_certificate() {
  if (!tls_) {
    return log_.write(Log::Level::info,
                      "SIGHUP: nothing to reload",
                      {{"hint", "only a TLS certificate is read again; SIGTERM ends botd"}});
  }
  auto loaded = load_tls({.certificate = config_.tls_cert, .key = config_.tls_key});
  if (!loaded) {
    const auto& error = loaded.error();
    return log_.write(Log::Level::error,
                      "the TLS certificate was not reloaded, the old one stays in use",
                      {{"reason", error.message}, {"hint", error.hint}});
  }
  tls_->replace(loaded->identity);
  chain_ = std::move(loaded->chain);
  log_.write(Log::Level::info,
             "the TLS certificate was reloaded",
             {{"expires", format_time(loaded->identity->expires_at() * 1000)}});
  warn_of_certificate();
  if (auto announced = announce(); !announced) {
    log_.write(Log::Level::warning,
               "botctl on this machine does not learn of the certificate",
               {{"reason", announced.error().message}});
  }
}

void Front::warn_of_certificate() {
  const auto expires = tls_->current()->expires_at();
  if (expires > std::time(nullptr)) return;
  log_.write(Log::Level::warning,
             "the TLS certificate has expired: clients will refuse it",
             {{"file", config_.tls_cert}, {"expired", format_time(expires * 1000)}});
}

}  // namespace bot::app
