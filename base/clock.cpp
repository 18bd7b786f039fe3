#include "base/clock.hpp"

namespace bot {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

UnixMillis SystemClock::now_ms() const {
  return duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

milliseconds SystemClock::monotonic() const {
  return duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace bot
