#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bot::http {

// One answer as it came over the wire.
struct RawReply {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;

  std::string_view header(std::string_view name) const;
};

// A client that knows bytes only, to send what no proper client would. Every wait has a deadline.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port, const std::string& host = "127.0.0.1");
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;
  ~RawClient();

  bool is_connected() const { return descriptor_ >= 0; }
  // A small receive buffer, for a client that does not read. Before any byte is exchanged.
  void shrink_receive_buffer() const;

  // False when the server stopped taking bytes.
  bool send(std::string_view bytes);
  void finish_sending() const;

  // The next answer; nullopt when the connection ends or the deadline passes before it is whole.
  std::optional<RawReply> receive(std::string_view method = "GET");
  // send and receive.
  std::optional<RawReply> exchange(std::string_view bytes, std::string_view method = "GET");

  // True when the server ends the connection within the deadline; other bytes are dropped.
  bool is_closed_within(std::chrono::milliseconds patience);
  // Everything until the end of the connection or the deadline.
  std::string read_rest();

 private:
  enum class Filled { yes, ended, late };

  Filled fill(std::chrono::milliseconds patience);

  int descriptor_ = -1;
  std::string buffer_;
};

}  // namespace bot::http
