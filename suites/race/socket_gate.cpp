#include "suites/race/socket_gate.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>

#include "suites/race/response_reader.hpp"

namespace bot::suites::race {

namespace {

// Lets the server take in what it has before the last bytes come; ends early when it answers
// without waiting for them.
constexpr int settle_ms = 10;
// Between two looks at whether the run was cancelled.
constexpr Millis slice{100};

std::string head_of(const client::Origin& origin, const client::HttpRequest& request) {
  std::string head = request.method + " " + origin.prefix + request.target + " HTTP/1.1\r\n" +
                     "Host: " + origin.host_and_port() + "\r\n";
  for (const auto& [name, value] : request.headers)
    head += name + ": " + value + "\r\n";
  if (!request.body.empty() || request.method != "GET") {
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  }
  return head + "\r\n";
}

}  // namespace

std::int64_t monotonic_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

std::size_t most_in_flight(const std::vector<Shot>& shots) {
  std::size_t most = 0;
  for (const auto& at : shots) {
    const auto flying = std::count_if(shots.begin(), shots.end(), [&at](const Shot& shot) {
      return shot.invoked_us <= at.invoked_us && at.invoked_us < shot.completed_us;
    });
    most = std::max(most, static_cast<std::size_t>(flying));
  }
  return most;
}

struct SocketGate::Lane {
  std::unique_ptr<Connection> connection;
  std::string held;  // the wire bytes that the gate keeps back
  ResponseReader reader;
  bool done = false;
};

SocketGate::SocketGate(client::Origin origin, std::string ca_file, std::stop_token cancel)
    : origin_(std::move(origin)), ca_file_(std::move(ca_file)), cancel_(std::move(cancel)) {}

SocketGate::~SocketGate() = default;

Deadline SocketGate::in(Millis time) const {
  return {.at = std::chrono::steady_clock::now() + time, .cancel = cancel_};
}

Status SocketGate::open(Lane& lane, const Deadline& deadline) {
  if (origin_.scheme == client::Origin::Scheme::https && !tls_) {
    auto context = client::make_tls_context({.ca_file = ca_file_});
    if (!context) return std::move(context).error();
    tls_ = *std::move(context);
  }
  auto connection = connect(origin_, tls_, deadline);
  if (!connection) return std::move(connection).error();
  lane.connection = std::move(*connection);
  return Unit{};
}

// A first exchange, so that neither the handshake nor a cold connection spreads the burst.
Status SocketGate::warm(Lane& lane, const Deadline& deadline) {
  auto wire = lane.connection->seal(head_of(origin_, {.method = "GET", .target = "/health"}));
  if (!wire) return std::move(wire).error();
  if (auto sent = send_all(*lane.connection, *wire, deadline); !sent) return sent;
  ResponseReader reader;
  while (!reader.complete()) {
    if (auto ready = wait_readable(*lane.connection, deadline); !ready) return ready;
    std::string arrived;
    const auto open = lane.connection->receive(arrived);
    if (!open) return open.error();
    if (auto read = reader.feed(arrived); !read) return read;
    if (*open) continue;
    if (auto ended = reader.end(); !ended) return ended;
  }
  // A server that closes after each answer gets a cold connection instead.
  return reader.keeps_alive() ? Status(Unit{}) : open(lane, deadline);
}

// Each connection has the whole time: far away, hundreds one after another take long.
Status SocketGate::make_ready(std::size_t count, Millis deadline) {
  while (lanes_.size() < count)
    lanes_.push_back(std::make_unique<Lane>());
  for (std::size_t i = 0; i < count; ++i) {
    auto& lane = *lanes_[i];
    if (lane.connection && warm(lane, in(deadline))) continue;
    // Closed by the server since the last burst, or none yet.
    const auto until = in(deadline);
    if (auto opened = open(lane, until); !opened) return opened;
    if (auto warmed = warm(lane, until); !warmed) return warmed;
  }
  return Unit{};
}

Status SocketGate::load(Lane& lane, const client::HttpRequest& request, const Deadline& deadline) {
  const auto bytes = head_of(origin_, request) + request.body;
  const std::string_view all = bytes;
  auto first = lane.connection->seal(all.substr(0, all.size() - 1));
  if (!first) return std::move(first).error();
  auto last = lane.connection->seal(all.substr(all.size() - 1));
  if (!last) return std::move(last).error();
  lane.held = std::move(*last);
  lane.reader = ResponseReader();
  lane.done = false;
  return send_all(*lane.connection, *first, deadline);
}

void SocketGate::fire(std::size_t count, Burst& burst) {
  const Deadline soon{.at = std::chrono::steady_clock::now() + std::chrono::seconds(1)};
  for (std::size_t i = 0; i < count; ++i) {
    auto& shot = burst.shots[i];
    shot.invoked_us = monotonic_us();
    const auto sent = send_all(*lanes_[i]->connection, lanes_[i]->held, soon);
    if (sent) continue;
    shot.error = sent.error().message;
    shot.completed_us = monotonic_us();
    lanes_[i]->done = true;
    lanes_[i]->connection.reset();
  }
  burst.release_spread_us = monotonic_us() - burst.shots.front().invoked_us;
}

void SocketGate::take_answer(Lane& lane, Shot& shot) {
  std::string arrived;
  const auto open = lane.connection->receive(arrived);
  auto read = open ? lane.reader.feed(arrived) : Status(open.error());
  if (read && open && !*open) read = lane.reader.end();
  if (read && !lane.reader.complete()) return;
  shot.completed_us = monotonic_us();
  lane.done = true;
  if (!read) {
    shot.error = read.error().message;
    lane.connection.reset();
    return;
  }
  const bool keep = lane.reader.keeps_alive() && *open;
  auto answer = lane.reader.take();
  shot.status = answer.status;
  shot.headers = std::move(answer.headers);
  shot.body = std::move(answer.body);
  if (!keep) lane.connection.reset();
}

void SocketGate::collect(std::size_t count, const Deadline& deadline, Burst& burst) {
  for (;;) {
    std::vector<pollfd> polled;
    std::vector<std::size_t> who;
    for (std::size_t i = 0; i < count; ++i) {
      if (lanes_[i]->done) continue;
      polled.push_back({lanes_[i]->connection->descriptor(), POLLIN, 0});
      who.push_back(i);
    }
    const auto left =
        std::chrono::duration_cast<Millis>(deadline.at - std::chrono::steady_clock::now());
    if (polled.empty()) return;
    if (left <= Millis{0} || cancel_.stop_requested()) break;
    ::poll(polled.data(), polled.size(), static_cast<int>(std::min(left, slice).count()) + 1);
    for (std::size_t k = 0; k < polled.size(); ++k) {
      if (polled[k].revents != 0) take_answer(*lanes_[who[k]], burst.shots[who[k]]);
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (lanes_[i]->done) continue;
    burst.shots[i].error =
        cancel_.stop_requested() ? "interrupted" : "no answer before the deadline";
    burst.shots[i].completed_us = monotonic_us();
    lanes_[i]->connection.reset();
  }
}

Result<Burst> SocketGate::release(const std::vector<client::HttpRequest>& requests,
                                  Millis deadline) {
  const auto count = requests.size();
  if (auto ready = make_ready(count, deadline); !ready) return std::move(ready).error();
  const auto loading = in(deadline);
  for (std::size_t i = 0; i < count; ++i) {
    if (auto loaded = load(*lanes_[i], requests[i], loading); !loaded) {
      lanes_.clear();  // half-sent requests must not be taken up again
      return std::move(loaded).error();
    }
  }
  std::vector<pollfd> early;
  for (std::size_t i = 0; i < count; ++i) {
    early.push_back({lanes_[i]->connection->descriptor(), POLLIN, 0});
  }
  ::poll(early.data(), early.size(), settle_ms);
  Burst burst;
  burst.shots.resize(count);
  fire(count, burst);
  collect(count, in(deadline), burst);
  burst.most_in_flight = most_in_flight(burst.shots);
  return burst;
}

}  // namespace bot::suites::race
