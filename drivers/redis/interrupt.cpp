#include "drivers/redis/interrupt.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/fault.hpp"

namespace bot::redis {

Interrupt::Interrupt() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw Fault("no descriptor is left to wait for Redis with");
}

Interrupt::~Interrupt() {
  ::close(descriptor_);
}

void Interrupt::raise() {
  eventfd_t ignored = 1;
  (void)::eventfd_write(descriptor_, ignored);
}

void Interrupt::clear() {
  eventfd_t ignored = 0;
  (void)::eventfd_read(descriptor_, &ignored);
}

bool Interrupt::wait(Millis at_most) const {
  pollfd waited{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return ::poll(&waited, 1, static_cast<int>(at_most.count())) > 0;
}

}  // namespace bot::redis
