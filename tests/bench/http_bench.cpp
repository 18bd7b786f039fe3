// How much the HTTP stack costs: a canned answer through it against the same bytes from a bare
// epoll loop, the memory of idle connections, and what half-sent requests do to others. Servers run
// in processes of their own, so that their memory and work are theirs alone.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "server/http/listener.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::http {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int network_threads = 2;
constexpr int idle_connections = 4000;
constexpr int half_sent_requests = 200;
constexpr int rounds = 3;
constexpr std::chrono::milliseconds round_length{700};
constexpr Millis half_sent_deadline{2000};

const std::string canned_body(289, 'x');
const std::string request_text =
    "GET /canned HTTP/1.1\r\nHost: bench\r\nX-Request-Id: bench\r\n\r\n";

// Answers every read with the canned bytes; knows nothing of HTTP.
void epoll_loop(int listener, const std::string& answer) {
  const int poll = ::epoll_create1(0);
  epoll_event event{.events = EPOLLIN | EPOLLEXCLUSIVE, .data = {.fd = listener}};
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
  std::array<epoll_event, 256> ready{};
  std::array<char, 4096> bytes{};
  for (;;) {
    const int count = ::epoll_wait(poll, ready.data(), static_cast<int>(ready.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = ready[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener) {
        const int accepted = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK);
        if (accepted < 0) continue;
        const int on = 1;
        ::setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event added{.events = EPOLLIN, .data = {.fd = accepted}};
        ::epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &added);
      } else if (::recv(fd, bytes.data(), bytes.size(), 0) <= 0) {
        ::close(fd);
      } else {
        static_cast<void>(!::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL));
      }
    }
  }
}

std::uint16_t listen_anywhere(int descriptor) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = static_cast<sockaddr*>(static_cast<void*>(&address));
  if (::bind(descriptor, generic, size) != 0 || ::listen(descriptor, SOMAXCONN) != 0)
    throw std::runtime_error("no free port");
  ::getsockname(descriptor, generic, &size);
  return ntohs(address.sin_port);
}

void serve_bare(int report, int until_closed) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  const auto port = listen_anywhere(listener);
  const auto answer = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(canned_body.size()) +
                      "\r\n\r\n" + canned_body;
  for (int i = 0; i < network_threads; ++i)
    std::thread(epoll_loop, listener, answer).detach();
  static_cast<void>(!::write(report, &port, sizeof port));
  char end = 0;
  static_cast<void>(!::read(until_closed, &end, 1));
}

void serve_stack(int report, int until_closed) {
  Router router;
  router.add({.method = "GET",
              .pattern = "/canned",
              .access = Access::open,
              .handler = [](const Request&, const Principal&) -> Result<Reply> {
                return json_reply(200, canned_body);
              }});
  const Dispatcher dispatcher(std::move(router), {});
  auto listener = Listener::open(
      {.threads = network_threads, .header_deadline = half_sent_deadline}, dispatcher);
  if (!listener) return;
  (*listener)->start();
  const auto port = (*listener)->port();
  static_cast<void>(!::write(report, &port, sizeof port));
  char end = 0;
  static_cast<void>(!::read(until_closed, &end, 1));
  (*listener)->stop(Millis{0});
}

class ServerProcess {
 public:
  explicit ServerProcess(void (*serve)(int, int)) {
    std::array<int, 2> report{};
    std::array<int, 2> control{};
    if (::pipe(report.data()) != 0 || ::pipe(control.data()) != 0) std::perror("pipe");
    pid_ = ::fork();
    if (pid_ == 0) {
      ::close(control[1]);
      serve(report[1], control[0]);
      ::_exit(0);
    }
    ::close(report[1]);
    ::close(control[0]);
    control_ = control[1];
    static_cast<void>(!::read(report[0], &port_, sizeof port_));
    ::close(report[0]);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;
  ~ServerProcess() {
    ::close(control_);
    ::waitpid(pid_, nullptr, 0);
  }

  std::uint16_t port() const { return port_; }
  long resident_kib() const {
    std::ifstream pages("/proc/" + std::to_string(pid_) + "/statm");
    long total = 0;
    long resident = 0;
    pages >> total >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
  }

 private:
  pid_t pid_ = -1;
  int control_ = -1;
  std::uint16_t port_ = 0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

// Each of `connections` has one request on its way at any time.
double requests_per_second(std::uint16_t port, int connections) {
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < connections; ++i)
    clients.push_back(std::make_unique<RawClient>(port));
  const auto begun = Clock::now();
  std::size_t answered = 0;
  while (Clock::now() - begun < round_length) {
    for (const auto& client : clients)
      client->send(request_text);
    for (const auto& client : clients)
      answered += client->receive() ? 1 : 0;
  }
  return static_cast<double>(answered) /
         std::chrono::duration<double>(Clock::now() - begun).count();
}

void compare_throughput() {
  for (const int connections : {1, 16, 256}) {
    std::vector<double> bare;
    std::vector<double> stack;
    for (int round = 0; round < rounds; ++round) {
      bare.push_back(requests_per_second(ServerProcess(serve_bare).port(), connections));
      stack.push_back(requests_per_second(ServerProcess(serve_stack).port(), connections));
    }
    std::printf("canned GET, %3d connections: %8.0f/s, bare epoll %8.0f/s, ratio %.2f\n",
                connections,
                median(stack),
                median(bare),
                median(stack) / median(bare));
  }
}

double median_latency_us(RawClient& client) {
  std::vector<double> samples;
  for (int i = 0; i < 500; ++i) {
    const auto begun = Clock::now();
    if (!client.exchange(request_text)) return -1;
    samples.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
  }
  return median(samples);
}

void measure_idle_memory() {
  const ServerProcess server(serve_stack);
  RawClient other(server.port());
  const auto quiet = median_latency_us(other);
  const auto before = server.resident_kib();
  std::vector<std::unique_ptr<RawClient>> idle;
  for (int i = 0; i < idle_connections; ++i) {
    idle.push_back(std::make_unique<RawClient>(server.port()));
    if (!idle.back()->exchange(request_text)) break;
  }
  const auto grown = server.resident_kib() - before;
  const auto beside = median_latency_us(other);
  std::printf("%d idle keep-alive connections: %.1f KiB each (limit 20), others %.2fx as slow\n",
              static_cast<int>(idle.size()),
              static_cast<double>(grown) / static_cast<double>(idle.size()),
              beside / quiet);
}

void measure_half_sent() {
  const ServerProcess server(serve_stack);
  RawClient other(server.port());
  const auto quiet = median_latency_us(other);
  std::vector<std::unique_ptr<RawClient>> halves;
  const auto begun = Clock::now();
  for (int i = 0; i < half_sent_requests; ++i) {
    halves.push_back(std::make_unique<RawClient>(server.port()));
    halves.back()->send(std::string_view(request_text).substr(0, 30));
  }
  const auto beside = median_latency_us(other);
  int dropped = 0;
  for (const auto& half : halves)
    dropped += half->is_closed_within(2 * half_sent_deadline) ? 1 : 0;
  const auto took = std::chrono::duration<double>(Clock::now() - begun).count();
  std::printf("%d half-sent requests: others %.2fx as slow, %d dropped in %.1f s (deadline %.1f)\n",
              half_sent_requests,
              beside / quiet,
              dropped,
              took,
              std::chrono::duration<double>(half_sent_deadline).count());
}

void print_load() {
  std::array<double, 3> load{};
  if (::getloadavg(load.data(), 3) > 0) std::printf("load average %.1f\n", load[0]);
}

}  // namespace
}  // namespace bot::http

int main() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  bot::http::print_load();
  bot::http::compare_throughput();
  bot::http::measure_idle_memory();
  bot::http::measure_half_sent();
  bot::http::print_load();
}
