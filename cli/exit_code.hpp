#pragma once

#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace bot::cli {

// The process's exit codes. A code is never reused; an unknown non-zero one means failure.
enum class ExitCode : int {
  ok = 0,
  failed = 1,
  usage = 2,
  unreachable = 3,
  auth = 4,
  not_found = 5,
  conflict = 6,
  timeout = 7,
  pending = 8,
  inconclusive = 9,
  partial = 10,
  internal = 70,
  interrupted = 130,
  terminated = 143,
};

// invalid_argument is ours (usage) when no server answered it, and the server's refusal otherwise.
ExitCode exit_code_of(const Error& error);

struct ExitCodeRow {
  ExitCode code;
  std::string_view name;
  std::string_view when;
};
// For help and the man pages, in numeric order.
const std::vector<ExitCodeRow>& exit_code_table();

}  // namespace bot::cli
