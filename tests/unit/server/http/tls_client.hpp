#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/unit/server/http/raw_client.hpp"

namespace bot::http {

struct TlsClientOptions {
  int version = 0;        // TLS1_2_VERSION and the like, the only one that is offered; 0: any
  std::string alpn = {};  // one protocol; empty: the extension is not sent
};

// A client that speaks TLS with whoever answers, trusts everybody and checks nothing. Every wait
// has a deadline.
class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port, const TlsClientOptions& options = {});
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient();

  bool is_connected() const;  // the handshake succeeded
  std::string version() const;
  std::string protocol() const;  // what ALPN chose
  std::string peer_pem() const;  // the certificate that was shown

  bool send(std::string_view bytes);
  // The body's size as the answer says it; nullopt when the connection ends before it is whole.
  std::optional<RawReply> exchange(std::string_view bytes);
  // Whether the server says that nothing follows before it closes.
  bool ends_properly();

 private:
  struct Parts;

  std::unique_ptr<Parts> parts_;
};

}  // namespace bot::http
