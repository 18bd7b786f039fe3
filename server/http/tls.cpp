#include "server/http/tls.hpp"

#include <arpa/inet.h>
#include <openssl/x509v3.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <ctime>
#include <utility>

#include "server/http/tls_context.hpp"

namespace bot::http {
namespace {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;

// Mozilla's "intermediate": forward secrecy and authenticated encryption. TLS 1.3 has its own list.
constexpr const char* suites_of_1_2 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

// A client that names protocols and not ours would misread every answer: it is told so.
int choose_protocol(SSL* /*ssl*/,
                    const unsigned char** chosen,
                    unsigned char* chosen_size,
                    const unsigned char* offered,
                    unsigned int offered_size,
                    void* /*nothing*/) {
  static constexpr std::array<unsigned char, 9> ours = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* selected = nullptr;
  const int outcome = SSL_select_next_proto(
      &selected, chosen_size, ours.data(), ours.size(), offered, offered_size);
  if (outcome != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = selected;
  return SSL_TLSEXT_ERR_OK;
}

// Nobody is asked for a passphrase: a server starts without anybody present.
int no_passphrase(char* /*into*/, int /*size*/, int /*writing*/, void* /*nothing*/) {
  return -1;
}

void harden(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, suites_of_1_2);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Clients keep their own tickets; nothing is remembered for them here.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);
}

Error bad(const std::string& what, const std::string& hint) {
  return {.code = Errc::invalid_argument, .message = what, .hint = hint};
}

Error bad_certificate(const error_code& why) {
  return bad("the certificate is not readable as PEM (" + why.message() + ")",
             "it begins with -----BEGIN CERTIFICATE-----; the server's own comes first, then its "
             "issuers'");
}

Error foreign_key() {
  return bad("the key does not belong to the certificate",
             "compare: openssl x509 -noout -pubkey -in CERT; openssl pkey -pubout -in KEY");
}

Error bad_key(const PemPair& pair, const error_code& why) {
  if (pair.key.find("ENCRYPTED") != std::string::npos) {
    return bad("the key is encrypted, and nobody is there to type its passphrase",
               "write it without one into a file of mode 0600: openssl pkey -in KEY -out PLAIN");
  }
  if (why.value() != 0 &&
      ERR_GET_REASON(static_cast<unsigned long>(why.value())) == X509_R_KEY_VALUES_MISMATCH) {
    return foreign_key();
  }
  return bad("the key is not readable as PEM (" + why.message() + ")",
             "it begins with -----BEGIN PRIVATE KEY-----");
}

X509* certificate_of(const TlsIdentity::Context& context) {
  return SSL_CTX_get0_certificate(const_cast<ssl::context&>(context.native).native_handle());
}

bool is_address(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> ignored{};
  return inet_pton(AF_INET, host.c_str(), ignored.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), ignored.data()) == 1;
}

}  // namespace

TlsIdentity::TlsIdentity(std::unique_ptr<Context> context) : context_(std::move(context)) {}
TlsIdentity::~TlsIdentity() = default;

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::make(const PemPair& pair) {
  auto context = std::make_unique<Context>();
  auto* const handle = context->native.native_handle();
  harden(handle);
  error_code why;
  context->native.use_certificate_chain(asio::buffer(pair.chain), why);
  if (why) return bad_certificate(why);
  const auto* leaf = SSL_CTX_get0_certificate(handle);
  context->native.use_private_key(asio::buffer(pair.key), ssl::context::pem, why);
  if (why) return bad_key(pair, why);
  // OpenSSL keeps a pair for each type of key and would take one of another type beside the leaf.
  if (X509_check_private_key(leaf, SSL_CTX_get0_privatekey(handle)) != 1) return foreign_key();
  return std::shared_ptr<const TlsIdentity>(new TlsIdentity(std::move(context)));
}

bool TlsIdentity::covers(const std::string& host) const {
  auto* certificate = certificate_of(*context_);
  if (is_address(host)) return X509_check_ip_asc(certificate, host.c_str(), 0) == 1;
  return X509_check_host(certificate, host.data(), host.size(), 0, nullptr) == 1;
}

std::vector<std::string> TlsIdentity::names() const {
  std::vector<std::string> names;
  const std::unique_ptr<GENERAL_NAMES, decltype(&GENERAL_NAMES_free)> all(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate_of(*context_), NID_subject_alt_name, nullptr, nullptr)),
      GENERAL_NAMES_free);
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const auto* name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type != GEN_DNS) continue;
    const auto* text = ASN1_STRING_get0_data(name->d.dNSName);
    const auto size = static_cast<std::size_t>(ASN1_STRING_length(name->d.dNSName));
    std::string held(text, text + size);
    if (held.find('*') == std::string::npos) names.push_back(std::move(held));
  }
  return names;
}

std::int64_t TlsIdentity::expires_at() const {
  std::tm parts{};
  ASN1_TIME_to_tm(X509_get0_notAfter(certificate_of(*context_)), &parts);
  return timegm(&parts);
}

}  // namespace bot::http
