// Files that hold secrets: mode 0600, owned by us, written whole or not at all.
#pragma once

#include <string>

#include "base/result.hpp"

namespace bot::app {

// Who but the owner may read a secret: nobody, or, when the file is root's, its group as well.
enum class Readers { owner, owner_or_roots_group };

// The file's whole content. Errors: not_found; forbidden when others may read it, with the chmod
// line to run.
Result<std::string> read_private_file(const std::string& path, Readers readers = Readers::owner);

// Writes a new file beside it and renames it into place.
Status write_private_file(const std::string& path, const std::string& content);

// Makes the directory and its parents; the last one is 0700 when it is new.
Status make_private_directory(const std::string& path);

}  // namespace bot::app
