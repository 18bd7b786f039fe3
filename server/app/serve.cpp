#include "server/app/serve.hpp"

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <optional>
#include <utility>

#include "server/app/app.hpp"
#include "server/app/doors.hpp"
#include "server/app/privileges.hpp"
#include "server/app/signals.hpp"
#include "server/bots/descriptor_limit.hpp"

namespace bot::app {
namespace {

// Longer than what App::stop waits for: bots, requests, work in progress, what Redis is to show and
// the other servers, each as long as it may take.
constexpr Millis longest_end{40'000};

// Takes what only root can take, then is root no more.
Result<std::optional<Doors>> lower_privileges(const Config& config) {
  if (auto forbidden = forbid_new_privileges(); !forbidden) return std::move(forbidden).error();
  if (config.user.empty()) return std::optional<Doors>();
  const auto account = find_account(config.user);
  if (!account) return account.error();
  if (auto may = may_become(*account); !may) return std::move(may).error();
  auto doors = Doors::open(config);
  if (!doors) return std::move(doors).error();
  if (auto ready = prepare_directory(config.data_dir, *account); !ready) {
    return std::move(ready).error();
  }
  if (auto became = become(*account); !became) return std::move(became).error();
  return std::optional<Doors>(std::move(doors).value());
}

// Until a signal that ends.
void wait_for_end(App& app, const sigset_t& awaited) {
  for (;;) {
    int number = 0;
    sigwait(&awaited, &number);
    if (number != SIGHUP) return;
    app.reload_certificate();
  }
}

}  // namespace

Status serve(const Config& config) {
  const auto ending = block_signals({SIGTERM, SIGINT});
  const auto awaited = block_signals({SIGTERM, SIGINT, SIGHUP});
  std::signal(SIGPIPE, SIG_IGN);
  bots::raise_descriptor_limit();
  auto doors = lower_privileges(config);
  if (!doors) return std::move(doors).error();
  const SystemClock clock;
  auto app = App::start(config, clock, std::move(doors).value());
  if (!app) return std::move(app).error();
  wait_for_end(**app, awaited);
  end_at_second_signal(ending);
  end_after(longest_end, EXIT_FAILURE);
  // A handler that does not come to its end would be waited for.
  if (!(*app)->stop()) _exit(0);
  return Unit{};
}

}  // namespace bot::app
