#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "server/app/config.hpp"
#include "server/app/doors.hpp"

namespace bot::app {

// The whole server as one object: builds every part in order, takes them down in reverse.
class App {
 public:
  // Opens the data directory and the database, finds earlier bots again, listens: on `doors`, or
  // on doors of its own. Errors: what is in the way, with what to do.
  static Result<std::unique_ptr<App>> start(const Config& config,
                                            const Clock& clock,
                                            std::optional<Doors> doors = std::nullopt);

  App(const App&) = delete;
  App& operator=(const App&) = delete;
  ~App();

  // Where it listens, as a URL.
  const std::string& url() const;

  // See serve.hpp. On the thread that started it, as stop.
  void reload_certificate();

  // Graceful: see serve.hpp. False when something does not come to its end: then the destructor
  // would wait for it.
  bool stop();

 private:
  class Parts;
  explicit App(std::unique_ptr<Parts> parts);

  std::unique_ptr<Parts> parts_;
};

}  // namespace bot::app
