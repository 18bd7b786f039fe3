#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "server/http/listener.hpp"
#include "tests/unit/server/http/raw_client.hpp"

namespace bot::http {

// Waits for a condition; false when ten seconds were not enough.
bool eventually(const std::function<bool()>& holds);

// A door that handlers wait at until the test opens it.
class Gate {
 public:
  void pass();  // waits until it is open
  void open();
  int waiting() const { return waiting_; }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
  std::atomic<int> waiting_{0};
};

// A listener on a port of the kernel's choice, with routes that show what arrived.
class HttpServer {
 public:
  explicit HttpServer(ListenerOptions options = {}, WebSocketAcceptor* acceptor = nullptr);
  ~HttpServer();

  std::uint16_t port() const { return listener->port(); }
  std::vector<AccessRecord> records();
  // The responders of requests to /deferred, in order of arrival.
  std::vector<Responder> take_deferred();

  Gate gate;  // GET /wait stands at it
  std::unique_ptr<Dispatcher> dispatcher;
  std::unique_ptr<Listener> listener;

 private:
  Router routes();

  std::mutex mutex_;
  std::vector<AccessRecord> records_;
  std::vector<Responder> deferred_;
};

// "GET /path HTTP/1.1" with Host and the headers given ("A: b\r\n").
std::string get_request(std::string_view target, std::string_view headers = "");
std::string post_request(std::string_view target, std::string_view body);

}  // namespace bot::http
