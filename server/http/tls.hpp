// The listener's side of TLS: version 1.2 and newer, suites with forward secrecy and authenticated
// encryption only, http/1.1 by ALPN. No file is read here and no OpenSSL header shown.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace bot::http {

struct PemPair {
  std::string chain;  // the certificate, then those of its issuers
  std::string key;    // not encrypted
};

// A certificate with its key, ready to be shown to clients. Immutable.
class TlsIdentity {
 public:
  // Errors: invalid_argument that says which of the two is at fault, and never holds any of them.
  static Result<std::shared_ptr<const TlsIdentity>> make(const PemPair& pair);

  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;
  ~TlsIdentity();

  // Whether a client that connects to this name or address finds it in the certificate.
  bool covers(const std::string& host) const;
  // The DNS names of the certificate, those with wildcards left out.
  std::vector<std::string> names() const;
  std::int64_t expires_at() const;  // seconds since 1970

  struct Context;  // for the transport files: tls_context.hpp
  Context& context() const { return *context_; }

 private:
  explicit TlsIdentity(std::unique_ptr<Context> context);

  std::unique_ptr<Context> context_;
};

// What new connections are shown; can be replaced while connections run, which go on with what they
// have. Thread-safe.
class TlsKeeper {
 public:
  explicit TlsKeeper(std::shared_ptr<const TlsIdentity> identity)
      : identity_(std::move(identity)) {}

  void replace(std::shared_ptr<const TlsIdentity> identity) {
    const std::lock_guard lock(mutex_);
    identity_ = std::move(identity);
  }
  std::shared_ptr<const TlsIdentity> current() const {
    const std::lock_guard lock(mutex_);
    return identity_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const TlsIdentity> identity_;
};

}  // namespace bot::http
