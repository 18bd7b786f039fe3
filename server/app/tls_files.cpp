#include "server/app/tls_files.hpp"

#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "server/app/private_file.hpp"

namespace bot::app {
namespace {

// Whoever runs a server that gave up its privileges has to know as whom it tries.
std::string who_may_read() {
  return "let uid " + std::to_string(::geteuid()) + ", which botd runs as, read it";
}

Result<std::string> read_certificate(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (file && !text.str().empty()) return text.str();
  const int why = file ? 0 : errno;
  return Error{.code = why == ENOENT ? Errc::not_found : Errc::forbidden,
               .message = "the TLS certificate " + path +
                          (why == 0 ? " is empty" : ": " + std::generic_category().message(why)),
               .hint = why == EACCES ? who_may_read() : "name a PEM file with --tls-cert"};
}

Result<std::string> read_key(const std::string& path) {
  auto key = read_private_file(path, Readers::owner_or_roots_group);
  if (key) return key;
  auto error = std::move(key).error();
  error.message = "the TLS key: " + error.message;
  if (error.code == Errc::not_found) error.hint = "name a PEM file with --tls-key";
  if (error.hint.empty()) error.hint = who_may_read();
  return error;
}

}  // namespace

Result<LoadedTls> load_tls(const TlsFiles& files) {
  auto chain = read_certificate(files.certificate);
  if (!chain) return std::move(chain).error();
  auto key = read_key(files.key);
  if (!key) return std::move(key).error();
  auto identity = http::TlsIdentity::make({.chain = *chain, .key = *std::move(key)});
  if (identity) return LoadedTls{*std::move(identity), *std::move(chain)};
  auto error = std::move(identity).error();
  error.message =
      "--tls-cert " + files.certificate + ", --tls-key " + files.key + ": " + error.message;
  return error;
}

}  // namespace bot::app
