#include "server/app/security_settings.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "server/http/cors.hpp"

namespace bot::app {
namespace {

Error bad_value(const std::string& what, const std::string& hint) {
  return {.code = Errc::invalid_argument, .message = what, .hint = hint};
}

Setting text(std::string name,
             std::string placeholder,
             std::string help,
             std::string Config::*member) {
  return {.name = std::move(name),
          .placeholder = std::move(placeholder),
          .help = std::move(help),
          .read = [member](Config& config, const std::string& value) -> Status {
            config.*member = value;
            return Unit{};
          },
          .show = [member](const Config& config) { return config.*member; }};
}

Status read_admin_listen(Config& config, const std::string& value) {
  config.admin_listen.reset();
  if (value.empty()) return Unit{};
  auto address = parse_listen_address(value);
  if (!address) return std::move(address).error();
  config.admin_listen = *std::move(address);
  return Unit{};
}

Status read_cors_origin(Config& config, const std::string& value) {
  auto origin = http::normal_cors_origin(value);
  if (!origin) return std::move(origin).error();
  config.cors_origins.push_back(*std::move(origin));
  return Unit{};
}

Status read_user(Config& config, const std::string& value) {
  const auto colon = value.find(':');
  if (colon == 0 || (colon != value.npos && colon + 1 == value.size())) {
    return bad_value("'" + value + "' is not NAME or NAME:GROUP", "for example botd");
  }
  config.user = value;
  return Unit{};
}

// :: takes the addresses of IPv4, too.
bool covers(const std::string& host, const std::string& other) {
  if (host == other || host == "::") return true;
  return host == "0.0.0.0" && other.find(':') == std::string::npos;
}

// Whether the kernel would refuse the second of the two.
bool is_same_door(const ListenAddress& one, const ListenAddress& other) {
  if (one.port != other.port || one.port == 0) return false;
  return covers(one.host, other.host) || covers(other.host, one.host);
}

}  // namespace

std::vector<Setting> security_settings() {
  return {
      text("tls-cert",
           "FILE",
           "PEM file of the certificate and its issuers; makes the server speak HTTPS only",
           &Config::tls_cert),
      text("tls-key",
           "FILE",
           "PEM file of the certificate's key, readable to its owner alone, or root's and readable "
           "to root and its group",
           &Config::tls_key),
      {.name = "admin-listen",
       .placeholder = "HOST:PORT",
       .help = "A second address, which /admin and /metrics are served on instead of the first; "
               "it has everything else, too; on loopback it speaks plain HTTP also with --tls-cert",
       .read = read_admin_listen,
       .show =
           [](const Config& config) {
             return config.admin_listen ? to_string(*config.admin_listen) : std::string();
           }},
      {.name = "cors-origin",
       .placeholder = "ORIGIN",
       .help = "Pages of this origin may use the API in browsers, * for those of every origin; may "
               "be given several times; never for the admin's part",
       .repeatable = true,
       .read = read_cors_origin,
       .show = [](const Config& config) { return join(config.cors_origins, ","); }},
      {.name = "user",
       .placeholder = "NAME[:GROUP]",
       .help = "Become this user for good after the ports and the TLS key are taken; needs root",
       .read = read_user,
       .show = [](const Config& config) { return config.user; }},
  };
}

Status check_security(const Config& config) {
  if (config.tls_cert.empty() != config.tls_key.empty()) {
    return bad_value(
        config.tls_key.empty() ? "--tls-cert needs --tls-key" : "--tls-key needs --tls-cert",
        "give both, or neither for plain HTTP");
  }
  const ListenAddress api{config.listen_host, config.listen_port};
  if (config.admin_listen && is_same_door(api, *config.admin_listen)) {
    return bad_value("--admin-listen " + to_string(*config.admin_listen) + " and --listen " +
                         to_string(api) + " are one address",
                     "give --admin-listen another port, or leave it out to serve all on one");
  }
  const auto& origins = config.cors_origins;
  const bool every = std::find(origins.begin(), origins.end(), "*") != origins.end();
  if (every && origins.size() > 1) {
    return bad_value("--cors-origin * stands for every origin", "leave the others out, or the *");
  }
  return Unit{};
}

}  // namespace bot::app
