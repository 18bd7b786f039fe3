// How many descriptors this process may have open, and how many its children. Linux.
#pragma once

#include <sys/resource.h>

#include <cstddef>

namespace bot::bots {

// Raises the soft limit to the hard one and remembers what it was. Each connection, bot and
// database file is a descriptor; the usual soft limit of 1024 is for programs that still call
// select. REQUIRES: called before any thread is started, or never.
void raise_descriptor_limit();

// How many it may have open now.
std::size_t descriptor_limit();

// The limits for children, which may be programs that still call select: those that this process
// was started with.
rlimit descriptor_limit_of_children();

}  // namespace bot::bots
