#pragma once

#include "server/http/network_thread.hpp"

namespace bot::http {

// Serves HTTP/1.1 on the socket until it ends. On the network thread.
void start_http_connection(NetworkThread& thread, Site& site, Tcp::socket socket);

}  // namespace bot::http
