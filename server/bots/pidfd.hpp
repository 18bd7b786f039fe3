#pragma once

// This glibc's header declares its functions without C linkage.
extern "C" {
#include <sys/pidfd.h>
}
