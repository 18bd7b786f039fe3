// What a running command may touch, and nothing else.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/duration.hpp"
#include "base/result.hpp"
#include "cli/output/error_report.hpp"
#include "cli/output/output.hpp"
#include "cli/settings.hpp"
#include "cli/world.hpp"
#include "client/client.hpp"

namespace bot::cli {

struct Tree;

// How chatty standard error is.
struct Chatter {
  bool quiet = false;
  std::size_t verbosity = 0;  // -v, -vv, -vvv
  Colors colors = Colors::off;
  ErrorForm form = ErrorForm::lines;
};

struct ContextOptions {
  Output::Look look = {};
  Chatter chatter = {};
  std::optional<Millis> timeout = std::nullopt;  // of the whole command
  int retries = 2;
  std::string ca_file = {};  // empty: the system's
  bool may_ask = false;
};

class Context {
 public:
  Context(World& world, const Tree& tree, Settings settings, ContextOptions options);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context();

  Output& output() { return output_; }
  std::istream& in() { return world_.in; }
  const Settings& settings() const { return settings_; }
  const Tree& tree() const { return tree_; }
  World& world() { return world_; }
  const Clock& clock() const { return world_.clock; }
  const ContextOptions& options() const { return options_; }

  // A sentence on standard error about what was done; not with -q, nor when output is JSON.
  void note(const std::string& text);
  void warn(const std::string& text);
  // A line of -v.
  void trace(const std::string& text);

  // The client for endpoints of that access, with the one key they need. Errors: unauthenticated
  // when there is no key for this server, and those of reading one.
  Result<client::Client*> connect(client::Access access);

  struct Key {
    std::string value;
    client::CleartextKeys cleartext = client::CleartextKeys::refused;
  };

  // The key for endpoints of that access, for whoever makes clients of its own, and whether it may
  // cross the network in clear: with a warning, where the user chose this key for this very call.
  // Errors: as connect, and invalid_argument for any other key over plain http.
  Result<Key> key_for(client::Access access);

  // Runs one operation within what is left of --timeout.
  template <typename Op>
  Result<typename Op::Response> run(const Op& op) {
    auto client = connect(Op::access);
    if (!client) return std::move(client).error();
    auto limits = exchange_limits();
    if (!limits) return std::move(limits).error();
    return (*client)->run(op, std::move(limits).value());
  }

  // Errors: timeout when --timeout has passed, cancelled when a signal came.
  Result<client::ExchangeOptions> exchange_limits() const;
  Status check() const;
  // What is left of --timeout; nullopt without one.
  std::optional<Millis> remaining() const;
  // The time limit of a command that waits, where --timeout says nothing.
  void limit_to(Millis timeout);
  // Waits that long, at most until --timeout. Errors as check().
  Status pause(Millis delay);

  // The stream of events (/ws) with the user's key. Errors: those of connecting; the caller polls
  // instead.
  Result<std::unique_ptr<client::WebSocket>> open_events();

  // Asks on the terminal, unless --yes was given. Errors: failed when the answer is not yes,
  // invalid_argument naming the flag when nobody can be asked.
  Status confirm(const std::string& question, const Arguments& arguments);

 private:
  struct Connection {
    Key key;
    std::unique_ptr<client::Client> client;
  };

  const KeySource& source_for(client::Access access) const;
  Result<Connection> make_connection(client::Access access);
  bool is_cleartext() const;

  World& world_;
  const Tree& tree_;
  Settings settings_;
  ContextOptions options_;
  Output output_;
  std::optional<Millis> deadline_;                        // on the monotonic clock
  std::array<std::optional<Connection>, 4> connections_;  // by Access
};

}  // namespace bot::cli
