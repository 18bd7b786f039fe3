#pragma once

#include <string>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "client/http/curl_api.hpp"
#include "client/http/origin.hpp"

namespace bot::client {

// What is known of a transfer that failed.
struct CurlFailure {
  CURLcode code = CURLE_OK;
  std::string where = {};      // who was asked; empty: the origin's host and port
  std::string detail = {};     // libcurl's own words; may be empty
  long os_error = 0;           // errno of the connect, 0 when unknown
  bool request_began = false;  // the connection was ready and the request on its way
  bool answer_began = false;
  bool body_too_long = false;
  Millis deadline{0};
};

// One sentence that names who was asked, a hint, and whether the request may have been carried out.
Error describe(const CurlFailure& failure, const Origin& origin);

}  // namespace bot::client
