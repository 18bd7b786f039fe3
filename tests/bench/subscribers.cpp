// Many clients of /ws on loopback, in one thread with one epoll, which spend as little as they can.
//
//   subscribers PORT KEY_FILE NATIVE_ID --connections N
//
// Each opens a WebSocket with the key of the file and subscribes to that meeting of google_meet;
// then a line says how many there are. For each line "METHOD PATH STATUS" of the input that request
// is made, and the answer says how long after it was sent the clients had a frame of that status:
// {"clients":N,"first_us":…,"p50_us":…,"p99_us":…,"max_us":…}. Pings are answered. They are spread
// over several addresses of loopback, each of which has its own ports.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr int clients_an_address = 10'000;
constexpr std::chrono::seconds patience{60};

[[noreturn]] void give_up(const std::string& what) {
  throw std::runtime_error(what + ": " + std::strerror(errno));
}

const sockaddr* generic(const sockaddr_in& address) {
  return static_cast<const sockaddr*>(static_cast<const void*>(&address));
}

int connect_from(std::uint32_t source, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) give_up("no socket");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(source);
  if (::bind(fd, generic(address), sizeof address) != 0) give_up("cannot bind");
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, generic(address), sizeof address) != 0) give_up("cannot connect");
  return fd;
}

void send_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent <= 0) give_up("cannot send");
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
}

// A client's frame with the mask 0, which changes nothing. REQUIRES: shorter than 64 KiB.
std::string frame(int opcode, std::string_view text) {
  std::string made(1, static_cast<char>(0x80 | opcode));
  if (text.size() < 126) {
    made += static_cast<char>(0x80 | text.size());
  } else {
    made += static_cast<char>(0x80 | 126);
    made += static_cast<char>(text.size() >> 8);
    made += static_cast<char>(text.size() & 0xff);
  }
  made.append(4, '\0');
  return made.append(text);
}

// What came in on one connection, frame by frame.
class Client {
 public:
  // `subscription` is sent when the server has agreed to a websocket, and has to live until then.
  Client(int fd, std::string_view subscription) : fd_(fd), subscription_(subscription) {}

  int fd() const { return fd_; }

  // Calls f(text) for each text frame that is whole.
  template <typename F>
  void feed(std::string_view bytes, F&& f) {
    in_ += bytes;
    if (!upgraded_ && !take_head()) return;
    std::size_t at = 0;
    while (const auto length = whole_frame(std::string_view(in_).substr(at))) {
      const std::string_view whole(in_.data() + at, length);
      const auto text = whole.substr(header_length(whole));
      const int opcode = whole[0] & 0x0f;
      if (opcode == 9) send_all(fd_, frame(10, text));
      if (opcode == 8) throw std::runtime_error("the server closed a websocket");
      if (opcode == 1) f(text);
      at += length;
    }
    in_.erase(0, at);
    if (in_.empty()) in_.shrink_to_fit();
  }

 private:
  bool take_head() {
    const auto end = in_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    if (!in_.starts_with("HTTP/1.1 101")) throw std::runtime_error(in_.substr(0, end));
    in_.erase(0, end + 4);
    upgraded_ = true;
    send_all(fd_, subscription_);
    return true;
  }
  static std::size_t header_length(std::string_view bytes) {
    return (bytes[1] & 0x7f) == 126 ? 4 : 2;
  }
  // Servers' frames are not masked, and ours are shorter than 64 KiB.
  static std::size_t whole_frame(std::string_view bytes) {
    if (bytes.size() < 2 || bytes.size() < header_length(bytes)) return 0;
    std::size_t length = bytes[1] & 0x7f;
    if (length == 126) {
      length = std::size_t{static_cast<unsigned char>(bytes[2])} * 256 +
               static_cast<unsigned char>(bytes[3]);
    }
    length += header_length(bytes);
    return bytes.size() < length ? 0 : length;
  }

  int fd_;
  std::string_view subscription_;
  bool upgraded_ = false;
  std::string in_;
};

class Subscribers {
 public:
  Subscribers(std::uint16_t port, std::string key, std::string native_id, int count)
      : port_(port), key_(std::move(key)) {
    const auto subscription =
        frame(1,
              R"({"action":"subscribe","meetings":[{"platform":"google_meet","native_id":")" +
                  native_id + R"("}]})");
    for (int i = 0; i < count; ++i) {
      clients_.emplace_back(
          connect_from(INADDR_LOOPBACK + static_cast<std::uint32_t>(i / clients_an_address), port),
          subscription);
      send_all(clients_.back().fd(),
               "GET /ws HTTP/1.1\r\nHost: bench\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
               "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
               "X-API-Key: " +
                   key_ + "\r\n\r\n");
      epoll_event event{.events = EPOLLIN, .data = {.u64 = static_cast<std::uint64_t>(i)}};
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, clients_.back().fd(), &event);
      // So that not all of them wait at once.
      if (i % 100 == 99) hear_all("\"subscribed\"", i + 1 - heard_);
    }
    hear_all("\"subscribed\"", count - heard_);
  }

  void time(const std::string& method, const std::string& path, const std::string& status) {
    const int fd = connect_from(INADDR_LOOPBACK, port_);
    heard_ = 0;
    latencies_.clear();
    fired_ = Clock::now();
    send_all(fd,
             method + " " + path + " HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nX-API-Key: " +
                 key_ + "\r\n\r\n");
    hear_all("\"status\":\"" + status + "\"", static_cast<int>(clients_.size()));
    std::array<char, 64> answer{};
    const auto got = ::recv(fd, answer.data(), answer.size() - 1, 0);
    ::close(fd);
    if (got < 12 || answer[9] != '2') throw std::runtime_error(answer.data());
    print();
  }

 private:
  void hear_all(std::string_view mark, int wanted) {
    const int until = heard_ + wanted;
    const auto begun = Clock::now();
    while (heard_ < until) {
      const int ready = ::epoll_wait(poll_, ready_.data(), static_cast<int>(ready_.size()), 1000);
      for (int i = 0; i < ready; ++i)
        hear(clients_[ready_[static_cast<std::size_t>(i)].data.u64], mark);
      if (Clock::now() - begun > patience) {
        throw std::runtime_error("only " + std::to_string(heard_) + " of " + std::to_string(until) +
                                 " heard " + std::string(mark));
      }
    }
  }

  void hear(Client& client, std::string_view mark) {
    const auto got = ::recv(client.fd(), buffer_.data(), buffer_.size(), 0);
    if (got <= 0) throw std::runtime_error("the server cut a connection");
    client.feed({buffer_.data(), static_cast<std::size_t>(got)}, [&](std::string_view text) {
      if (text.find(mark) == std::string_view::npos) return;
      ++heard_;
      latencies_.push_back(std::chrono::duration<float, std::micro>(Clock::now() - fired_).count());
    });
  }

  void print() {
    std::sort(latencies_.begin(), latencies_.end());
    const auto at = [&](double part) {
      return static_cast<double>(
          latencies_[static_cast<std::size_t>(static_cast<double>(latencies_.size() - 1) * part)]);
    };
    std::printf(
        "{\"clients\":%zu,\"first_us\":%.0f,\"p50_us\":%.0f,\"p99_us\":%.0f,\"max_us\":%.0f}\n",
        latencies_.size(),
        at(0),
        at(0.5),
        at(0.99),
        at(1));
  }

  const std::uint16_t port_;
  const std::string key_;
  int poll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::vector<Client> clients_;
  std::array<epoll_event, 512> ready_{};
  std::array<char, std::size_t{16} * 1024> buffer_{};
  int heard_ = 0;
  Clock::time_point fired_;
  std::vector<float> latencies_;  // µs
};

void run(char** argv) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  std::string key;
  std::getline(std::ifstream(argv[2]), key);
  const int count = std::atoi(argv[5]);
  Subscribers all(static_cast<std::uint16_t>(std::atoi(argv[1])), key, argv[3], count);
  std::printf("{\"subscribed\":%d}\n", count);
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string method;
    std::string path;
    std::string status;
    words >> method >> path >> status;
    all.time(method, path, status);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  if (argc != 6 || std::string_view(argv[4]) != "--connections") {
    std::fputs("usage: subscribers PORT KEY_FILE NATIVE_ID --connections N\n", stderr);
    return 2;
  }
  try {
    run(argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "subscribers: %s\n", problem.what());
    return 1;
  }
}
