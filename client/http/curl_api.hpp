// The few functions of libcurl that the transport calls, found in the shared library when the first
// request is sent: linking it would cost every start of a program some milliseconds.
#pragma once

#include <curl/curl.h>

#include "base/result.hpp"

namespace bot::client {

struct CurlApi {
  CURLcode (*global_init)(long flags);
  CURL* (*easy_init)();
  void (*easy_cleanup)(CURL* handle);
  void (*easy_reset)(CURL* handle);
  CURLcode (*easy_setopt)(CURL* handle, CURLoption option, ...);
  CURLcode (*easy_perform)(CURL* handle);
  CURLcode (*easy_getinfo)(CURL* handle, CURLINFO info, ...);
  const char* (*easy_strerror)(CURLcode code);
  curl_slist* (*slist_append)(curl_slist* list, const char* text);
  void (*slist_free_all)(curl_slist* list);
  CURLM* (*multi_init)();
  CURLMcode (*multi_cleanup)(CURLM* multi);
  CURLMcode (*multi_add_handle)(CURLM* multi, CURL* handle);
  CURLMcode (*multi_remove_handle)(CURLM* multi, CURL* handle);
  CURLMcode (*multi_perform)(CURLM* multi, int* running);
  CURLMcode (*multi_poll)(
      CURLM* multi, curl_waitfd* more, unsigned int count, int timeout_ms, int* ready);
  CURLMcode (*multi_wakeup)(CURLM* multi);
  CURLMsg* (*multi_info_read)(CURLM* multi, int* left);
};

// The library, loaded and initialised by the first call and kept for the process's life; the same
// error from every call when it cannot be had. Thread-safe.
Result<const CurlApi*> curl_api();

}  // namespace bot::client
