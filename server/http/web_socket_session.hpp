#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "server/http/network_thread.hpp"
#include "server/http/stream.hpp"

namespace bot::http {

struct Upgrade {
  Stream stream;
  boost::beast::http::request<boost::beast::http::string_body> request;
  std::unique_ptr<WebSocketHandler> handler;
};

// Answers the upgrade and serves the websocket until it ends. On the network thread.
void start_web_socket(NetworkThread& thread, Site& site, Upgrade upgrade);

}  // namespace bot::http
