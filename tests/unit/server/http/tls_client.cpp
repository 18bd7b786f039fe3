#include "tests/unit/server/http/tls_client.hpp"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>

#include "base/text.hpp"

namespace bot::http {

struct TlsClient::Parts {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                            SSL_CTX_free};
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl{nullptr, SSL_free};
  int descriptor = -1;
  bool connected = false;

  ~Parts() {
    if (descriptor >= 0) ::close(descriptor);
  }
};

TlsClient::TlsClient(std::uint16_t port, const TlsClientOptions& options)
    : parts_(std::make_unique<Parts>()) {
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  auto* context = parts_->context.get();
  SSL_CTX_set_security_level(context, 0);  // for versions that are to be refused
  if (options.version != 0) {
    SSL_CTX_set_min_proto_version(context, options.version);
    SSL_CTX_set_max_proto_version(context, options.version);
  }
  parts_->ssl.reset(SSL_new(context));
  if (!options.alpn.empty()) {
    const auto list = static_cast<char>(options.alpn.size()) + options.alpn;
    SSL_set_alpn_protos(parts_->ssl.get(),
                        static_cast<const unsigned char*>(static_cast<const void*>(list.data())),
                        static_cast<unsigned>(list.size()));
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  parts_->descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{.tv_sec = 10, .tv_usec = 0};
  ::setsockopt(parts_->descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (::connect(parts_->descriptor, generic, sizeof address) != 0) return;
  SSL_set_fd(parts_->ssl.get(), parts_->descriptor);
  parts_->connected = SSL_connect(parts_->ssl.get()) == 1;
}

TlsClient::~TlsClient() = default;

bool TlsClient::is_connected() const {
  return parts_->connected;
}

std::string TlsClient::version() const {
  return SSL_get_version(parts_->ssl.get());
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(parts_->ssl.get(), &name, &size);
  return {name, name + size};
}

std::string TlsClient::peer_pem() const {
  const std::unique_ptr<BIO, decltype(&BIO_free)> memory(BIO_new(BIO_s_mem()), BIO_free);
  auto* certificate = SSL_get0_peer_certificate(parts_->ssl.get());
  if (certificate == nullptr) return "";
  PEM_write_bio_X509(memory.get(), certificate);
  char* text = nullptr;
  const auto size = BIO_get_mem_data(memory.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

bool TlsClient::send(std::string_view bytes) {
  return SSL_write(parts_->ssl.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
}

std::optional<RawReply> TlsClient::exchange(std::string_view bytes) {
  if (!send(bytes)) return std::nullopt;
  std::string text;
  std::array<char, 16384> piece{};
  RawReply reply;
  std::size_t whole = std::string::npos;
  while (text.size() < whole) {
    const int got = SSL_read(parts_->ssl.get(), piece.data(), static_cast<int>(piece.size()));
    if (got <= 0) return std::nullopt;
    text.append(piece.data(), static_cast<std::size_t>(got));
    const auto head = text.find("\r\n\r\n");
    if (head == std::string::npos || whole != std::string::npos) continue;
    reply.status = static_cast<int>(parse_int(text.substr(9, 3)).value_or(0));
    for (const auto line : split(std::string_view(text).substr(0, head), '\n')) {
      const auto colon = line.find(':');
      if (colon == line.npos) continue;
      reply.headers.emplace_back(line.substr(0, colon), trim(line.substr(colon + 1)));
    }
    const auto length = parse_int(reply.header("Content-Length")).value_or(0);
    whole = head + 4 + static_cast<std::size_t>(length);
    reply.body.reserve(static_cast<std::size_t>(length));
  }
  reply.body = text.substr(text.find("\r\n\r\n") + 4);
  return reply;
}

bool TlsClient::ends_properly() {
  char byte = 0;
  const int got = SSL_read(parts_->ssl.get(), &byte, 1);
  return SSL_get_error(parts_->ssl.get(), got) == SSL_ERROR_ZERO_RETURN;
}

}  // namespace bot::http
