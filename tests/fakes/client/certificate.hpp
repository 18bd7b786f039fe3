#pragma once

#include <openssl/types.h>

#include <memory>
#include <string>

namespace bot::client {

enum class KeyType { p256, rsa };

// A self-signed certificate, and a file to trust it by that goes with it.
class Certificate {
 public:
  // `names` in OpenSSL's words: "IP:127.0.0.1", "DNS:bots.example". It expires that many seconds
  // from now.
  explicit Certificate(const std::string& names,
                       long lifetime = 3600,
                       KeyType type = KeyType::p256);
  Certificate(const Certificate&) = delete;
  Certificate& operator=(const Certificate&) = delete;
  ~Certificate();

  const std::string& file() const { return file_; }  // PEM
  std::string pem() const;
  std::string key_pem() const;
  // Likewise, encrypted with that passphrase.
  std::string key_pem(const std::string& passphrase) const;
  // Makes a server's context show it.
  void install(SSL_CTX* context) const;

 private:
  struct Parts;

  std::unique_ptr<Parts> parts_;
  std::string file_;
};

}  // namespace bot::client
