#include "cli/context.hpp"

#include <algorithm>
#include <istream>
#include <ostream>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/output/exchange_report.hpp"
#include "client/http/origin.hpp"

namespace bot::cli {
namespace {

constexpr Millis request_limit{30'000};

std::string key_name(client::Access access) {
  switch (access) {
    case client::Access::admin:
      return "the admin key";
    case client::Access::user:
      return "a user's API key";
    case client::Access::none:
    case client::Access::either:
      return "a key";
  }
  return "a key";
}

std::string key_hint(client::Access access) {
  if (access == client::Access::admin) {
    return "set BOTCTL_ADMIN_KEY, or BOTCTL_ADMIN_KEY_FILE to a file that holds it";
  }
  return "set BOTCTL_API_KEY or BOTCTL_API_KEY_FILE; `botctl tokens create USER` makes a key";
}

Error no_key(client::Access access) {
  return Error{.code = Errc::unauthenticated,
               .message = "this needs " + key_name(access) + " and none is set",
               .hint = key_hint(access)};
}

// The key is there but belongs to another server.
Error withheld(client::Access access, const KeySource& source, const std::string& server) {
  return Error{.code = Errc::unauthenticated,
               .message = "there is no key for " + server + ": the one of " + source.name +
                          " belongs to " + source.only_for.value_or("another server"),
               .hint = key_hint(access)};
}

Error in_clear(client::Access access, const KeySource& source, const std::string& server) {
  return Error{.code = Errc::invalid_argument,
               .message = "the key of " + source.name + " is not sent to " + server +
                          " over plain http, where others can read it",
               .hint = std::string("use an https URL, or send it all the same by setting ") +
                       (access == client::Access::admin ? "BOTCTL_ADMIN_KEY" : "BOTCTL_API_KEY")};
}

Output::Look with_time(Output::Look look, const Clock& clock) {
  look.now = clock.now_ms();
  return look;
}

}  // namespace

Context::Context(World& world, const Tree& tree, Settings settings, ContextOptions options)
    : world_(world),
      tree_(tree),
      settings_(std::move(settings)),
      options_(std::move(options)),
      output_(world.out, with_time(options_.look, world.clock)) {
  if (options_.timeout) deadline_ = world_.clock.monotonic() + *options_.timeout;
}

void Context::limit_to(Millis timeout) {
  if (options_.timeout) return;
  options_.timeout = timeout;
  deadline_ = world_.clock.monotonic() + timeout;
}

Context::~Context() = default;

void Context::note(const std::string& text) {
  if (options_.chatter.quiet || options_.chatter.form == ErrorForm::json) return;
  world_.err << escape_for_terminal(text) << '\n';
  world_.err.flush();
}

void Context::trace(const std::string& text) {
  world_.err << styled(escape_for_terminal(text), Style::dim, options_.chatter.colors) << '\n';
  world_.err.flush();
}

void Context::warn(const std::string& text) {
  write_warning(world_.err, text, options_.chatter.form, options_.chatter.colors);
}

const KeySource& Context::source_for(client::Access access) const {
  switch (access) {
    case client::Access::admin:
      return settings_.admin_key;
    case client::Access::either:
      return settings_.api_key.empty() ? settings_.admin_key : settings_.api_key;
    case client::Access::user:
    case client::Access::none:
      return settings_.api_key;
  }
  return settings_.api_key;
}

// Would a key cross the network in clear?
bool Context::is_cleartext() const {
  const auto origin = client::parse_origin(settings_.server);
  return origin && origin->scheme == client::Origin::Scheme::http && !origin->is_loopback();
}

Result<Context::Key> Context::key_for(client::Access access) {
  const auto& source = source_for(access);
  if (source.empty()) return no_key(access);
  if (source.only_for && *source.only_for != settings_.server) {
    return withheld(access, source, settings_.server);
  }
  if (source.only_for && is_cleartext()) return in_clear(access, source, settings_.server);
  auto value = read_key(source);
  if (!value) return value.error();
  Key key{.value = std::move(value).value()};
  if (!source.only_for) key.cleartext = client::CleartextKeys::allowed;
  if (is_cleartext() && !options_.chatter.quiet) {
    warn("the key from " + source.name + " goes unencrypted to " + settings_.server);
  }
  return key;
}

Result<Context::Connection> Context::make_connection(client::Access access) {
  Connection made;
  client::ClientOptions options{
      .server = settings_.server, .request_timeout = request_limit, .retries = options_.retries};
  if (access != client::Access::none) {
    const auto& source = source_for(access);
    auto key = key_for(access);
    if (!key) return key.error();
    made.key = std::move(key).value();
    (&source == &settings_.admin_key ? options.admin_key : options.api_key) = made.key.value;
  }
  options.cancelled = [this] { return world_.signal() != 0; };
  if (options_.chatter.verbosity > 0) {
    options.observer = [this](const client::Exchange& exchange) {
      write_exchange(world_.err, exchange, options_.chatter.verbosity, options_.chatter.colors);
    };
  }
  auto transport = world_.make_transport(settings_.server,
                                         {.cleartext_keys = made.key.cleartext,
                                          .ca_file = options_.ca_file,
                                          .user_agent = "botctl/" BOTCTL_VERSION,
                                          .cancelled = [this] { return world_.signal() != 0; }});
  made.client = std::make_unique<client::Client>(std::move(transport), std::move(options));
  return made;
}

Result<client::Client*> Context::connect(client::Access access) {
  auto& slot = connections_.at(static_cast<std::size_t>(access));
  if (!slot) {
    auto made = make_connection(access);
    if (!made) return std::move(made).error();
    slot = std::move(made).value();
  }
  return slot->client.get();
}

std::optional<Millis> Context::remaining() const {
  if (!deadline_) return std::nullopt;
  return std::max(Millis{0}, *deadline_ - world_.clock.monotonic());
}

Status Context::check() const {
  if (world_.signal() != 0) {
    return Error{.code = Errc::cancelled, .message = "interrupted"};
  }
  if (deadline_ && world_.clock.monotonic() >= *deadline_) {
    return Error{.code = Errc::timeout,
                 .message = "not done within " + format_duration(*options_.timeout),
                 .hint = "allow more time with --timeout"};
  }
  return Unit{};
}

Result<client::ExchangeOptions> Context::exchange_limits() const {
  if (auto status = check(); !status) return status.error();
  client::ExchangeOptions limits;
  if (const auto left = remaining()) limits.timeout = std::min(*left, request_limit);
  return limits;
}

Status Context::pause(Millis delay) {
  if (auto status = check(); !status) return status;
  const auto left = remaining();
  world_.sleep(left ? std::min(*left, delay) : delay);
  return check();
}

Result<std::unique_ptr<client::WebSocket>> Context::open_events() {
  auto client = connect(client::Access::user);
  if (!client) return std::move(client).error();
  const auto& connection = *connections_.at(static_cast<std::size_t>(client::Access::user));
  const auto left = remaining().value_or(request_limit);
  return world_.open_socket(
      settings_.server,
      "/ws",
      {{"X-API-Key", connection.key.value}},
      std::min(left, Millis{5'000}),
      {.cleartext_keys = connection.key.cleartext, .ca_file = options_.ca_file});
}

Status Context::confirm(const std::string& question, const Arguments& arguments) {
  if (arguments.flag("yes")) return Unit{};
  if (!options_.may_ask) {
    return Error{.code = Errc::invalid_argument,
                 .message = "this needs a confirmation and nobody can be asked",
                 .hint = "say --yes"};
  }
  world_.err << escape_for_terminal(question) << " [y/N] ";
  world_.err.flush();
  std::string answer;
  if (!std::getline(world_.in, answer)) world_.err << '\n';
  if (auto status = check(); !status) return status.error();
  const auto said = to_lower(trim(answer));
  if (said == "y" || said == "yes") return Unit{};
  return Error{.code = Errc::failed, .message = "not confirmed, nothing was done"};
}

}  // namespace bot::cli
