#include "tests/unit/server/http/http_server.hpp"

namespace bot::http {

bool eventually(const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

void Gate::pass() {
  std::unique_lock lock(mutex_);
  ++waiting_;
  opened_.wait(lock, [this] { return open_; });
  --waiting_;
}

void Gate::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  opened_.notify_all();
}

HttpServer::HttpServer(ListenerOptions options, WebSocketAcceptor* acceptor) {
  dispatcher = std::make_unique<Dispatcher>(
      routes(), DispatcherHooks{.on_access = [this](const AccessRecord& record) {
        const std::lock_guard lock(mutex_);
        records_.push_back(record);
      }});
  listener = *Listener::open(std::move(options), *dispatcher, acceptor);
  listener->start();
}

HttpServer::~HttpServer() {
  gate.open();
  take_deferred();
  listener->stop(Millis{0});
}

std::vector<AccessRecord> HttpServer::records() {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::vector<Responder> HttpServer::take_deferred() {
  const std::lock_guard lock(mutex_);
  return std::exchange(deferred_, {});
}

Router HttpServer::routes() {
  Router router;
  const auto add = [&router](std::string method, std::string pattern, auto handler) {
    router.add({.method = std::move(method),
                .pattern = std::move(pattern),
                .access = Access::open,
                .handler = std::move(handler)});
  };
  add("GET", "/hello", [](const Request&, const Principal&) {
    return Result<Reply>(json_reply(200, R"({"message":"hello"})"));
  });
  add("GET", "/peer", [](const Request& request, const Principal&) {
    return Result<Reply>(json_reply(200, request.peer_address));
  });
  add("GET", "/large", [](const Request&, const Principal&) {
    return Result<Reply>(json_reply(200, std::string(std::size_t{8} << 20, 'x')));
  });
  add("GET", "/injected", [](const Request&, const Principal&) {
    auto reply = json_reply(200, "{}");
    reply.headers.emplace_back("X-Odd", "a\r\nX-Injected: yes");
    return Result<Reply>(std::move(reply));
  });
  add("DELETE", "/gone", [](const Request&, const Principal&) {
    return Result<Reply>(no_content());
  });
  add("POST", "/echo", [](const Request& request, const Principal&) {
    return Result<Reply>(json_reply(200, request.body));
  });
  add("GET", "/wait", [this](const Request&, const Principal&) {
    gate.pass();
    return Result<Reply>(json_reply(200, R"("waited")"));
  });
  add("GET", "/deferred", [this](Request, Principal, Responder respond) {
    const std::lock_guard lock(mutex_);
    deferred_.push_back(std::move(respond));
  });
  return router;
}

std::string get_request(std::string_view target, std::string_view headers) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: test\r\n" + std::string(headers) +
         "\r\n";
}

std::string post_request(std::string_view target, std::string_view body) {
  return "POST " + std::string(target) +
         " HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

}  // namespace bot::http
