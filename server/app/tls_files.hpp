#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "server/http/tls.hpp"

namespace bot::app {

// The two files of --tls-cert and --tls-key.
struct TlsFiles {
  std::string certificate;
  std::string key;
};

struct LoadedTls {
  std::shared_ptr<const http::TlsIdentity> identity;
  std::string chain;  // as it stands in the file
};

// Reads both. The key's file must not be readable by others than its owner; one of root may be
// readable by its group, as Debian keeps keys in /etc/ssl/private. Errors: invalid_argument,
// not_found or forbidden, naming the file and what to do.
Result<LoadedTls> load_tls(const TlsFiles& files);

}  // namespace bot::app
