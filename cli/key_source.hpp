#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace bot::cli {

struct KeyValue {
  std::string value;
};
struct KeyFile {
  std::filesystem::path path;
};
struct KeyCommand {
  std::vector<std::string> argv;
};

// Where a key comes from, and where it may go. It is read only when a command needs it.
struct KeySource {
  std::variant<std::monostate, KeyValue, KeyFile, KeyCommand> from = {};
  std::string name = {};  // for messages: "BOTCTL_ADMIN_KEY", "context 'staging'"
  // The only origin it may be sent to (client::Origin::text()); nullopt: the user named key and
  // server for this very call.
  std::optional<std::string> only_for = std::nullopt;

  bool empty() const { return std::holds_alternative<std::monostate>(from); }
};

// The key, without the final newline. Errors: invalid_argument (a file that cannot be read or that
// others can read, a value that is no key), unauthenticated (the command failed). No message holds
// the key.
Result<std::string> read_key(const KeySource& source);

// The file's text, refused with the chmod line to run when group or others may read it. Pipes and
// devices have no such mode and are taken as they are.
Result<std::string> read_private_file(const std::filesystem::path& path, const std::string& name);

// Writes a new file with mode 0600. Error: invalid_argument when it exists or cannot be made.
Status write_private_file(const std::filesystem::path& path, const std::string& text);

}  // namespace bot::cli
