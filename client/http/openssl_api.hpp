// The few functions of OpenSSL that a TlsSession calls, found in the shared library when the first
// context is made: linking it would cost every start of a program more than a millisecond.
#pragma once

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/result.hpp"

namespace bot::client {

struct OpenSslApi {
  decltype(&::TLS_client_method) tls_client_method;
  decltype(&::SSL_CTX_new) ctx_new;
  decltype(&::SSL_CTX_free) ctx_free;
  decltype(&::SSL_CTX_ctrl) ctx_ctrl;
  decltype(&::SSL_CTX_set_options) ctx_set_options;
  decltype(&::SSL_CTX_set_verify) ctx_set_verify;
  decltype(&::SSL_CTX_set_default_verify_paths) ctx_set_default_verify_paths;
  decltype(&::SSL_CTX_load_verify_locations) ctx_load_verify_locations;
  decltype(&::SSL_new) ssl_new;
  decltype(&::SSL_free) ssl_free;
  decltype(&::SSL_ctrl) ssl_ctrl;
  decltype(&::SSL_set_bio) set_bio;
  decltype(&::SSL_get_rbio) get_rbio;
  decltype(&::SSL_get_wbio) get_wbio;
  decltype(&::SSL_set_connect_state) set_connect_state;
  decltype(&::SSL_set1_host) set1_host;
  decltype(&::SSL_get0_param) get0_param;
  decltype(&::SSL_do_handshake) do_handshake;
  decltype(&::SSL_get_error) get_error;
  decltype(&::SSL_read) read;
  decltype(&::SSL_write) write;
  decltype(&::SSL_shutdown) shutdown;
  decltype(&::SSL_get_verify_result) get_verify_result;
  decltype(&::X509_verify_cert_error_string) verify_error_string;
  decltype(&::X509_VERIFY_PARAM_set1_ip_asc) param_set1_ip_asc;
  decltype(&::X509_VERIFY_PARAM_set_flags) param_set_flags;
  decltype(&::BIO_new) bio_new;
  decltype(&::BIO_s_mem) bio_s_mem;
  decltype(&::BIO_ctrl_pending) bio_ctrl_pending;
  decltype(&::BIO_read) bio_read;
  decltype(&::BIO_write) bio_write;
  decltype(&::ERR_get_error) err_get_error;
  decltype(&::ERR_reason_error_string) err_reason_error_string;
  decltype(&::ERR_clear_error) err_clear_error;
};

// The library, loaded by the first call and kept for the process's life; the same error from every
// call when it cannot be had. Thread-safe.
Result<const OpenSslApi*> openssl_api();

}  // namespace bot::client
