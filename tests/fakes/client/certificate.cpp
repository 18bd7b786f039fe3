#include "tests/fakes/client/certificate.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace bot::client {
namespace {

template <typename T, void (*free_it)(T*)>
struct Freeing {
  void operator()(T* pointer) const { free_it(pointer); }
};

using Key = std::unique_ptr<EVP_PKEY, Freeing<EVP_PKEY, EVP_PKEY_free>>;
using Signed = std::unique_ptr<X509, Freeing<X509, X509_free>>;

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

Signed self_signed(EVP_PKEY* key, const std::string& names, long lifetime) {
  Signed certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), lifetime);
  X509_set_pubkey(certificate.get(), key);
  auto* name = X509_get_subject_name(certificate.get());
  const std::array<unsigned char, 8> text{'b', 'o', 't', '.', 't', 'e', 's', 't'};
  X509_NAME_add_entry_by_txt(
      name, "CN", MBSTRING_ASC, text.data(), static_cast<int>(text.size()), -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  auto* hosts = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  require(hosts != nullptr, "no such names");
  X509_add_ext(certificate.get(), hosts, -1);
  X509_EXTENSION_free(hosts);
  require(X509_sign(certificate.get(), key, EVP_sha256()) > 0, "cannot sign a certificate");
  return certificate;
}

// What a PEM_write_bio function writes.
template <typename Write>
std::string text_of(Write write) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  require(write(memory.get()) == 1, "PEM");
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

struct Certificate::Parts {
  Key key;
  Signed certificate;
};

Certificate::Certificate(const std::string& names, long lifetime, KeyType type)
    : parts_(std::make_unique<Parts>()) {
  parts_->key = Key(type == KeyType::rsa ? EVP_RSA_gen(2048U) : EVP_EC_gen("P-256"));
  parts_->certificate = self_signed(parts_->key.get(), names, lifetime);
  file_ = "/tmp/test-certificate-XXXXXX";
  const int descriptor = ::mkstemp(file_.data());
  auto* file = ::fdopen(descriptor, "w");
  require(file != nullptr, "no file for a certificate");
  PEM_write_X509(file, parts_->certificate.get());
  std::fclose(file);
}

Certificate::~Certificate() {
  ::unlink(file_.c_str());
}

std::string Certificate::pem() const {
  return text_of([&](BIO* out) { return PEM_write_bio_X509(out, parts_->certificate.get()); });
}

std::string Certificate::key_pem() const {
  return text_of([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, parts_->key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
}

std::string Certificate::key_pem(const std::string& passphrase) const {
  return text_of([&](BIO* out) {
    return PEM_write_bio_PKCS8PrivateKey(out,
                                         parts_->key.get(),
                                         EVP_aes_128_cbc(),
                                         passphrase.data(),
                                         static_cast<int>(passphrase.size()),
                                         nullptr,
                                         nullptr);
  });
}

void Certificate::install(SSL_CTX* context) const {
  require(SSL_CTX_use_certificate(context, parts_->certificate.get()) == 1, "certificate");
  require(SSL_CTX_use_PrivateKey(context, parts_->key.get()) == 1, "key");
}

}  // namespace bot::client
