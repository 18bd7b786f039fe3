#include "drivers/redis/connection.hpp"

#include <hiredis/hiredis.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

namespace bot::redis {
namespace {

using std::chrono::steady_clock;

timeval timeval_of(Millis value) {
  timeval result{};
  result.tv_sec = value.count() / 1000;
  result.tv_usec = (value.count() % 1000) * 1000;
  return result;
}

// False at the deadline, or when interrupted.
bool wait_for_socket(int socket,
                     short events,
                     steady_clock::time_point deadline,
                     const Interrupt* interrupt = nullptr) {
  while (true) {
    const auto left = std::chrono::ceil<Millis>(deadline - steady_clock::now()).count();
    std::array<pollfd, 2> waited{{{.fd = socket, .events = events, .revents = 0},
                                  {.fd = -1, .events = POLLIN, .revents = 0}}};
    if (interrupt != nullptr) waited[1].fd = interrupt->descriptor();
    const int ready =
        ::poll(waited.data(), waited.size(), static_cast<int>(std::max<std::int64_t>(left, 0)));
    if (ready > 0) return waited[0].revents != 0;
    if (ready == 0 && left <= 0) return false;
    if (ready < 0 && errno != EINTR) return false;
  }
}

// What passes by itself, by the first word of the refusal.
bool passes(std::string_view refusal) {
  static constexpr std::array<std::string_view, 6> words = {
      "LOADING", "READONLY", "MASTERDOWN", "OOM", "BUSY ", "CLUSTERDOWN"};
  return std::any_of(
      words.begin(), words.end(), [&](const auto word) { return refusal.starts_with(word); });
}

// "ERR unknown command 'X', with args beginning with: …" repeats what was sent.
std::string_view without_arguments(std::string_view refusal) {
  return refusal.substr(0, refusal.find(", with args"));
}

}  // namespace

void Connection::Close::operator()(redisContext* context) const {
  redisFree(context);
}

Connection::Connection(const Options& options) : options_(options) {
  const auto& address = options_.address;
  context_.reset(redisConnectWithTimeout(
      address.host.c_str(), address.port, timeval_of(options_.connect_timeout)));
  if (context_ == nullptr) throw Unavailable("no memory for a connection to Redis");
  if (context_->err != 0)
    throw Unavailable("cannot connect to Redis at " + address.host_and_port() + ": " +
                      context_->errstr);
  redisSetTimeout(context_.get(), timeval_of(options_.timeout));
  redisEnableKeepAlive(context_.get());
  if (!address.password.empty()) {
    if (address.user.empty()) {
      run({"AUTH", address.password});
    } else {
      run({"AUTH", address.user, address.password});
    }
  }
  if (address.database != 0) run({"SELECT", std::to_string(address.database)});
}

Connection::~Connection() = default;

void Connection::lose(const std::string& why) const {
  throw Unavailable("the connection to Redis at " + options_.address.host_and_port() +
                    " is lost: " + why);
}

void Connection::append(const Command& command) {
  std::vector<const char*> words;
  std::vector<std::size_t> lengths;
  for (const auto& word : command) {
    words.push_back(word.data());
    lengths.push_back(word.size());
  }
  const int count = static_cast<int>(words.size());
  if (redisAppendCommandArgv(context_.get(), count, words.data(), lengths.data()) != REDIS_OK)
    lose(context_->errstr);
}

void Connection::write_out(Instant deadline) {
  for (int done = 0; done == 0;) {
    if (redisBufferWrite(context_.get(), &done) != REDIS_OK) lose(context_->errstr);
    if (done == 0 && !wait_for_socket(context_->fd, POLLOUT, deadline)) lose("it takes no input");
  }
}

std::optional<Reply> Connection::read_one(Instant deadline, const Interrupt* interrupt) {
  while (true) {
    void* answer = nullptr;
    if (redisGetReplyFromReader(context_.get(), &answer) != REDIS_OK) lose(context_->errstr);
    if (answer != nullptr) {
      auto reply = reply_of(answer);
      freeReplyObject(answer);
      return reply;
    }
    if (!wait_for_socket(context_->fd, POLLIN, deadline, interrupt)) return std::nullopt;
    if (redisBufferRead(context_.get()) != REDIS_OK) lose(context_->errstr);
  }
}

Reply Connection::run(const Command& command) {
  auto replies = run_all(std::span(&command, 1));
  throw_if_refused(command, replies.front());
  return std::move(replies.front());
}

void Connection::throw_if_refused(const Command& command, const Reply& reply) {
  if (!reply.is_error()) return;
  const auto text =
      "Redis refused " + command.front() + ": " + std::string(without_arguments(reply.text));
  if (passes(reply.text)) throw Unavailable(text);
  throw Refused(text);
}

std::vector<Reply> Connection::run_all(std::span<const Command> commands) {
  const auto deadline = steady_clock::now() + options_.timeout;
  for (const auto& command : commands)
    append(command);
  write_out(deadline);
  std::vector<Reply> replies;
  while (replies.size() < commands.size()) {
    auto reply = read_one(deadline);
    if (!reply) lose("no answer within " + format_duration(options_.timeout));
    replies.push_back(*std::move(reply));
  }
  return replies;
}

std::optional<Reply> Connection::run_blocking(const Command& command,
                                              Millis wait,
                                              const Interrupt& interrupt) {
  const auto deadline = steady_clock::now() + wait + options_.timeout;
  append(command);
  write_out(deadline);
  auto reply = read_one(deadline, &interrupt);
  if (!reply && steady_clock::now() >= deadline)
    lose("no answer within " + format_duration(wait + options_.timeout));
  return reply;
}

std::optional<Reply> Connection::next_message(Millis wait, const Interrupt* interrupt) {
  return read_one(steady_clock::now() + wait, interrupt);
}

void Connection::send(const Command& command) {
  append(command);
  write_out(steady_clock::now() + options_.timeout);
}

}  // namespace bot::redis
