#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>

#include "client/http/transport.hpp"

namespace bot::client {

// Takes secrets out of what is shown: by place (key headers, `api_key` in a query, JSON members
// such as token and secret) and by value (keys it was told of and tokens it saw pass by).
// Thread-safe.
class Redactor {
 public:
  // Short values are not searched for: they would blank out innocent text.
  void add_secret(const std::string& value);

  Headers headers(const Headers& headers) const;
  std::string target(std::string_view target) const;
  // JSON or any text, complete or broken off. Values it takes out by place are known from then on.
  std::string body(std::string_view body);
  // By value only.
  std::string text(std::string text) const;

 private:
  mutable std::mutex mutex_;
  std::set<std::string, std::less<>> secrets_;
};

}  // namespace bot::client
