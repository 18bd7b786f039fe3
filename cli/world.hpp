// Everything outside the process that a command could touch, in one place, so that tests put their
// own there.
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/duration.hpp"
#include "cli/environment.hpp"
#include "cli/output/terminal.hpp"
#include "client/http/curl_transport.hpp"
#include "client/http/transport.hpp"
#include "client/http/web_socket.hpp"

namespace bot::cli {

using MakeTransport = std::function<std::shared_ptr<client::Transport>(
    const std::string& origin, client::CurlOptions options)>;
using OpenSocket = std::function<Result<std::unique_ptr<client::WebSocket>>(
    const std::string& origin,
    const std::string& target,
    const client::Headers& headers,
    Millis deadline,
    const client::WebSocketOptions& options)>;

struct World {
  std::ostream& out;
  std::ostream& err;
  std::istream& in;
  Terminal terminal;
  Environment environment;
  const Clock& clock;
  MakeTransport make_transport;
  OpenSocket open_socket;
  // The signal that asked the program to end; 0: none did.
  std::function<int()> signal;
  // Waits that long, or shorter when a signal comes.
  std::function<void(Millis)> sleep;
  // errno of the write to standard output that failed; 0: none did.
  std::function<int()> output_error;
  std::filesystem::path working_directory;
};

}  // namespace bot::cli
