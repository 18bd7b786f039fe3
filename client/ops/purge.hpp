#pragma once

namespace bot::client {

// Whether a purge deletes what it matches, or only counts it.
enum class Purge { dry_run, deletes };

}  // namespace bot::client
