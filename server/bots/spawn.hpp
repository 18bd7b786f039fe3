#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/bots/process_handle.hpp"

namespace bot::bots {

struct SpawnRequest {
  std::string executable;                // absolute path
  std::vector<std::string> arguments;    // argv, with argv[0]
  std::vector<std::string> environment;  // NAME=value; nothing is inherited
};

// A child that waits at its gate: it has read nothing and done nothing yet.
struct GatedChild {
  ProcessHandle handle;
  Descriptor pidfd;
  Descriptor gate;  // the writing end; one byte lets it go, closing it ends it
};

// Starts a program in a session of its own with no descriptor but stdin (the gate), stdout and
// stderr (/dev/null), default signals, no signal blocked and the limit of descriptors that this
// process was started with. Costs the same however large this
// process is (no copy of its page tables). Errors: unavailable, with the system's reason.
Result<GatedChild> spawn_gated(const SpawnRequest& request);

// Lets the child go. Errors: unavailable when it is gone already.
Status open_gate(GatedChild& child);

// The child's side: returns true after the go byte, false when the parent went away first. Stdin
// is /dev/null afterwards.
bool wait_at_gate();

}  // namespace bot::bots
