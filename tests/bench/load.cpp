// A load generator for HTTP/1.1 on loopback: one thread, one epoll, keep-alive connections with one
// request on its way on each. Spends as little as it can, because it shares the processors with
// what it measures.
//
//   load run PORT --connections N --seconds S --path /p [--method M] [--keys FILE] [--body TEXT]
//   load hold PORT --connections N --path /p
//   load halves PORT --connections N --seconds LIMIT
//
// run    as many requests as are answered in that time. With --keys each request takes the next
// line
//        of the file as its X-API-Key; in --body every % becomes the number of the request.
// hold   a request on each connection, then idle: says how many are up, and when its input ends how
//        many still are.
// halves half a request on each: says when they are sent, then how many the server has dropped and
//        when.
// Each answer is a line of JSON.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::uint16_t port = 0;
  int connections = 1;
  double seconds = 1;
  std::string method = "GET";
  std::string path = "/";
  std::string body;
  std::vector<std::string> keys;
};

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const auto* generic = static_cast<const sockaddr*>(static_cast<const void*>(&address));
  if (fd < 0 || ::connect(fd, generic, sizeof address) != 0)
    throw std::runtime_error(std::string("cannot connect: ") + std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// The texts of one request after the other.
class Requests {
 public:
  explicit Requests(const Options& options) : options_(options) {
    start_ = options.method + " " + options.path + " HTTP/1.1\r\nHost: bench\r\n";
    if (!options.body.empty()) start_ += "Content-Type: application/json\r\n";
  }

  const std::string& next() {
    text_ = start_;
    if (!options_.keys.empty()) {
      text_ += "X-API-Key: " + options_.keys[number_ % options_.keys.size()] + "\r\n";
    }
    if (!options_.body.empty()) {
      const auto body = numbered_body();
      text_ += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    } else {
      text_ += "\r\n";
    }
    ++number_;
    return text_;
  }

 private:
  std::string numbered_body() const {
    std::string body;
    for (const char c : options_.body) {
      if (c == '%') {
        body += std::to_string(number_);
      } else {
        body += c;
      }
    }
    return body;
  }

  const Options& options_;
  std::string start_;
  std::string text_;
  std::uint64_t number_ = 0;
};

// Finds the end of each answer in a stream of bytes; answers need a Content-Length.
class AnswerReader {
 public:
  // True once the answer is whole.
  bool feed(std::string_view bytes) {
    if (missing_ == 0) {
      head_ += bytes;
      const auto end = head_.find("\r\n\r\n");
      if (end == std::string::npos) return false;
      bytes = bytes.substr(bytes.size() - (head_.size() - end - 4));
      status_ = number_after("HTTP/1.1 ");
      length_ = missing_ = static_cast<std::size_t>(number_after("Content-Length: "));
      head_.clear();
    }
    missing_ -= std::min(missing_, bytes.size());
    return missing_ == 0;
  }

  int status() const { return status_; }
  std::size_t length() const { return length_; }

 private:
  int number_after(std::string_view mark) const {
    const auto at = head_.find(mark);
    if (at == std::string::npos) throw std::runtime_error("an answer has no " + std::string(mark));
    int number = 0;
    std::from_chars(head_.data() + at + mark.size(), head_.data() + head_.size(), number);
    return number;
  }

  std::string head_;
  std::size_t missing_ = 0;
  std::size_t length_ = 0;
  int status_ = 0;
};

struct Connection {
  int fd = -1;
  Clock::time_point sent;
  AnswerReader answer = {};
};

void send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) throw std::runtime_error(std::string("cannot send: ") + std::strerror(errno));
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

class Poll {
 public:
  void add(std::size_t number, int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = number}};
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, fd, &event);
  }
  // The numbers of those that have something to read.
  template <typename F>
  void wait(int milliseconds, F&& f) {
    const int count =
        ::epoll_wait(poll_, ready_.data(), static_cast<int>(ready_.size()), milliseconds);
    for (int i = 0; i < count; ++i)
      f(static_cast<std::size_t>(ready_[static_cast<std::size_t>(i)].data.u64));
  }

 private:
  int poll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::array<epoll_event, 256> ready_{};
};

double seconds_since(Clock::time_point begun) {
  return std::chrono::duration<double>(Clock::now() - begun).count();
}

class Run {
 public:
  explicit Run(const Options& options) : options_(options), requests_(options) {
    connections_.resize(static_cast<std::size_t>(options.connections));
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].fd = connect_to(options.port);
      poll_.add(i, connections_[i].fd);
    }
  }

  void go() {
    begun_ = Clock::now();
    for (auto& connection : connections_)
      ask(connection);
    while (seconds_since(begun_) < options_.seconds)
      poll_.wait(100, [this](std::size_t i) { hear(connections_[i]); });
    took_ = seconds_since(begun_);
  }

  void print() {
    std::sort(latencies_.begin(), latencies_.end());
    std::printf("{\"answers\":%zu,\"seconds\":%.3f,\"per_second\":%.1f",
                latencies_.size(),
                took_,
                static_cast<double>(latencies_.size()) / took_);
    std::printf(
        ",\"p50_us\":%.0f,\"p99_us\":%.0f,\"bytes\":%zu", quantile(0.5), quantile(0.99), length_);
    std::printf(",\"statuses\":{");
    const char* separator = "";
    for (const auto& [status, count] : statuses_) {
      std::printf("%s\"%d\":%zu", separator, status, count);
      separator = ",";
    }
    std::printf("}}\n");
  }

 private:
  void ask(Connection& connection) {
    send_all(connection.fd, requests_.next());
    connection.sent = Clock::now();
  }

  void hear(Connection& connection) {
    const auto got = ::recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (got <= 0) throw std::runtime_error("the server closed a connection");
    if (!connection.answer.feed({buffer_.data(), static_cast<std::size_t>(got)})) return;
    latencies_.push_back(
        std::chrono::duration<float, std::micro>(Clock::now() - connection.sent).count());
    ++statuses_[connection.answer.status()];
    length_ = connection.answer.length();
    ask(connection);
  }

  double quantile(double part) const {
    if (latencies_.empty()) return 0;
    const auto last = static_cast<double>(latencies_.size() - 1);
    return latencies_[static_cast<std::size_t>(last * part)];
  }

  const Options& options_;
  Requests requests_;
  Poll poll_;
  std::vector<Connection> connections_;
  std::array<char, std::size_t{64} * 1024> buffer_{};
  std::vector<float> latencies_;  // µs
  std::map<int, std::size_t> statuses_;
  std::size_t length_ = 0;
  Clock::time_point begun_;
  double took_ = 0;
};

bool is_open(int fd) {
  char byte = 0;
  return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

void hold(const Options& options) {
  Requests requests(options);
  std::vector<int> held;
  std::array<char, std::size_t{64} * 1024> buffer{};
  for (int i = 0; i < options.connections; ++i) {
    held.push_back(connect_to(options.port));
    send_all(held.back(), requests.next());
    AnswerReader answer;
    for (bool whole = false; !whole;) {
      const auto got = ::recv(held.back(), buffer.data(), buffer.size(), 0);
      if (got <= 0) throw std::runtime_error("the server closed a connection");
      whole = answer.feed({buffer.data(), static_cast<std::size_t>(got)});
    }
  }
  std::printf("{\"held\":%zu}\n", held.size());
  while (::read(STDIN_FILENO, buffer.data(), buffer.size()) > 0) {
  }
  std::printf("{\"open\":%td}\n", std::count_if(held.begin(), held.end(), is_open));
}

void halves(const Options& options) {
  std::vector<int> sockets;
  Poll poll;
  const auto begun = Clock::now();
  for (int i = 0; i < options.connections; ++i) {
    sockets.push_back(connect_to(options.port));
    send_all(sockets.back(), "GET /health HTTP/1.1\r\nHost: ben");
    poll.add(sockets.size() - 1, sockets.back());
  }
  std::printf("{\"sent\":%zu}\n", sockets.size());
  int dropped = 0;
  double first = 0;
  double last = 0;
  std::array<char, 4096> buffer{};
  while (dropped < options.connections && seconds_since(begun) < options.seconds) {
    poll.wait(100, [&](std::size_t i) {
      if (::recv(sockets[i], buffer.data(), buffer.size(), 0) > 0) return;
      ::close(sockets[i]);
      last = seconds_since(begun);
      if (dropped++ == 0) first = last;
    });
  }
  std::printf("{\"dropped\":%d,\"first_s\":%.2f,\"last_s\":%.2f}\n", dropped, first, last);
}

std::vector<std::string> lines_of(const char* file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);)
    lines.push_back(line);
  if (lines.empty()) throw std::runtime_error(std::string("no keys in ") + file);
  return lines;
}

Options options_of(int argc, char** argv) {
  Options options;
  options.port = static_cast<std::uint16_t>(std::atoi(argv[2]));
  for (int i = 3; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const char* value = argv[i + 1];
    if (name == "--connections") {
      options.connections = std::atoi(value);
    } else if (name == "--seconds") {
      options.seconds = std::atof(value);
    } else if (name == "--method") {
      options.method = value;
    } else if (name == "--path") {
      options.path = value;
    } else if (name == "--body") {
      options.body = value;
    } else if (name == "--keys") {
      options.keys = lines_of(value);
    } else {
      throw std::runtime_error("unknown flag " + std::string(name));
    }
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 2 ? argv[1] : "";
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  try {
    const auto options = argc > 2 ? options_of(argc, argv) : Options{};
    if (mode == "run") {
      Run run(options);
      run.go();
      run.print();
    } else if (mode == "hold") {
      hold(options);
    } else if (mode == "halves") {
      halves(options);
    } else {
      std::fputs("usage: load run|hold|halves PORT [FLAGS]\n", stderr);
      return 2;
    }
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "load: %s\n", problem.what());
    return 1;
  }
}
