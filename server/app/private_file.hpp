// Files that hold secrets: mode 0600, owned by us, written whole or not at all.
#pragma once

#include <string>

#include "base/result.hpp"

namespace bot::app {

// The file's whole content. Errors: not_found; forbidden when others than the owner may read it,
// with the chmod line to run.
Result<std::string> read_private_file(const std::string& path);

// Writes a new file beside it and renames it into place.
Status write_private_file(const std::string& path, const std::string& content);

// Makes the directory and its parents; the last one is 0700 when it is new.
Status make_private_directory(const std::string& path);

}  // namespace bot::app
