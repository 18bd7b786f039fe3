// TLS for what does not go through libcurl: WebSockets, and the races of the smoke suites.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/http/origin.hpp"

namespace bot::client {

// Whose word is taken for a server's name. Both empty: the system's certificates.
struct TlsTrust {
  std::string ca_file = {};  // PEM bundle
  std::string ca_path = {};  // hashed directory
};

// How servers are judged: certificates that this trust vouches for, TLS 1.2 at least. One for many
// sessions; thread-safe. Loads OpenSSL, so a program that makes none does not pay for it.
class TlsContext;

// Errors: internal when OpenSSL cannot be had, unreachable when the trust cannot be read.
Result<std::shared_ptr<TlsContext>> make_tls_context(const TlsTrust& trust);

// The client's end of one TLS connection over memory: it has no socket, so a record can be
// encrypted now and sent later. The name that is asked for and verified is the origin's host. For
// one thread. Errors are Errc::unreachable and say what failed and what to do.
class TlsSession {
 public:
  TlsSession(std::shared_ptr<TlsContext> context, const Origin& origin);
  TlsSession(TlsSession&& other) noexcept;
  TlsSession& operator=(TlsSession&& other) = delete;
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  enum class Handshake { needs_bytes, done };

  // Goes on with what was fed so far; to be called before anything was fed, too.
  Result<Handshake> shake_hands();

  // What came off the wire.
  void feed(std::string_view wire);
  // What must go on the wire by now, each byte once. Also to be sent after an error: it tells the
  // server the reason.
  std::string take_wire();

  // Encrypts for take_wire.
  Status seal(std::string_view plain);
  // Appends what can be decrypted so far. False once the server has said its goodbye.
  Result<bool> open(std::string& into);
  // The goodbye, for take_wire.
  void say_goodbye();

 private:
  struct State;

  std::unique_ptr<State> state_;
};

// The error of a handshake that failed, whichever library tells the reason.
Error tls_failed(const std::string& host_and_port, const std::string& reason);

}  // namespace bot::client
