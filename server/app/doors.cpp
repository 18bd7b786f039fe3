#include "server/app/doors.hpp"

#include <utility>

#include "server/app/tls_files.hpp"

namespace bot::app {

namespace {

Result<http::ListeningSocket> open_socket(const std::string& flag, const ListenAddress& address) {
  auto socket = http::ListeningSocket::open(address.host, address.port);
  if (socket) return socket;
  auto error = std::move(socket).error();
  error.message = flag + ": " + error.message;
  return error;
}

}  // namespace

Result<Doors> Doors::open(const Config& config) {
  std::shared_ptr<http::TlsKeeper> tls;
  std::string chain;
  if (!config.tls_cert.empty()) {
    auto loaded = load_tls({.certificate = config.tls_cert, .key = config.tls_key});
    if (!loaded) return std::move(loaded).error();
    tls = std::make_shared<http::TlsKeeper>(loaded->identity);
    chain = std::move(loaded->chain);
  }
  auto api = open_socket("--listen", {config.listen_host, config.listen_port});
  if (!api) return std::move(api).error();
  Doors doors{.api = std::move(api).value(),
              .admin = std::nullopt,
              .tls = std::move(tls),
              .chain = std::move(chain)};
  if (!config.admin_listen) return doors;
  auto admin = open_socket("--admin-listen", *config.admin_listen);
  if (!admin) return std::move(admin).error();
  doors.admin.emplace(std::move(admin).value());
  return doors;
}

}  // namespace bot::app
