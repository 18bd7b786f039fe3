// Includes OpenSSL by way of Asio; nothing outside this folder includes it.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include "server/http/tls.hpp"

namespace bot::http {

struct TlsIdentity::Context {
  boost::asio::ssl::context native{boost::asio::ssl::context::tls_server};
};

}  // namespace bot::http
