#include "client/http/openssl_api.hpp"

#include <dlfcn.h>

#include <string>

namespace bot::client {
namespace {

constexpr const char* library_name = "libssl.so.3";

Error cannot_load(const std::string& why) {
  return Error{.code = Errc::internal,
               .message = "the TLS library cannot be loaded: " + why,
               .hint = "install the package libssl3"};
}

// Finds the functions of libcrypto too: libssl depends on it.
class Finder {
 public:
  explicit Finder(void* library) : library_(library) {}

  template <typename Function>
  void find(const char* name, Function*& into) {
    into = reinterpret_cast<Function*>(dlsym(library_, name));
    if (into == nullptr) lacking_ = name;
  }

  const char* lacking() const { return lacking_; }

 private:
  void* library_;
  const char* lacking_ = nullptr;
};

void find_sessions(Finder& finder, OpenSslApi& api) {
  finder.find("TLS_client_method", api.tls_client_method);
  finder.find("SSL_CTX_new", api.ctx_new);
  finder.find("SSL_CTX_free", api.ctx_free);
  finder.find("SSL_CTX_ctrl", api.ctx_ctrl);
  finder.find("SSL_CTX_set_options", api.ctx_set_options);
  finder.find("SSL_CTX_set_verify", api.ctx_set_verify);
  finder.find("SSL_CTX_set_default_verify_paths", api.ctx_set_default_verify_paths);
  finder.find("SSL_CTX_load_verify_locations", api.ctx_load_verify_locations);
  finder.find("SSL_new", api.ssl_new);
  finder.find("SSL_free", api.ssl_free);
  finder.find("SSL_ctrl", api.ssl_ctrl);
  finder.find("SSL_set_bio", api.set_bio);
  finder.find("SSL_get_rbio", api.get_rbio);
  finder.find("SSL_get_wbio", api.get_wbio);
  finder.find("SSL_set_connect_state", api.set_connect_state);
  finder.find("SSL_set1_host", api.set1_host);
  finder.find("SSL_get0_param", api.get0_param);
  finder.find("SSL_do_handshake", api.do_handshake);
  finder.find("SSL_get_error", api.get_error);
  finder.find("SSL_read", api.read);
  finder.find("SSL_write", api.write);
  finder.find("SSL_shutdown", api.shutdown);
  finder.find("SSL_get_verify_result", api.get_verify_result);
}

void find_basics(Finder& finder, OpenSslApi& api) {
  finder.find("X509_verify_cert_error_string", api.verify_error_string);
  finder.find("X509_VERIFY_PARAM_set1_ip_asc", api.param_set1_ip_asc);
  finder.find("X509_VERIFY_PARAM_set_flags", api.param_set_flags);
  finder.find("BIO_new", api.bio_new);
  finder.find("BIO_s_mem", api.bio_s_mem);
  finder.find("BIO_ctrl_pending", api.bio_ctrl_pending);
  finder.find("BIO_read", api.bio_read);
  finder.find("BIO_write", api.bio_write);
  finder.find("ERR_get_error", api.err_get_error);
  finder.find("ERR_reason_error_string", api.err_reason_error_string);
  finder.find("ERR_clear_error", api.err_clear_error);
}

Result<const OpenSslApi*> load() {
  void* library = dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    const char* why = dlerror();
    return cannot_load(why == nullptr ? library_name : why);
  }
  static OpenSslApi api{};
  Finder finder(library);
  find_sessions(finder, api);
  find_basics(finder, api);
  if (finder.lacking() != nullptr) {
    return cannot_load(std::string(library_name) + " has no " + finder.lacking());
  }
  return &api;
}

}  // namespace

Result<const OpenSslApi*> openssl_api() {
  static const auto loaded = load();
  return loaded;
}

}  // namespace bot::client
