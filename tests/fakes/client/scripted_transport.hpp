#pragma once

#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "client/http/transport.hpp"

namespace bot::client {

// A transport that answers from a script. An answer with a route ("GET /meetings", the target up to
// its query) is for such requests only, one without a route for any; among those that fit the first
// that is left is used. A request that nothing fits fails the test and gets Errc::internal, and so
// does an answer that nobody asked for by the time the script is destroyed. Thread-safe.
class ScriptedTransport final : public Transport {
 public:
  struct Sent {
    HttpRequest request;
    Millis deadline{0};

    // The first header of that name; empty when there is none.
    std::string header(std::string_view name) const;
  };

  ~ScriptedTransport() override;

  ScriptedTransport& answer(int status, std::string body, Headers headers = {});
  ScriptedTransport& answer_to(std::string route,
                               int status,
                               std::string body,
                               Headers headers = {});
  ScriptedTransport& fail(Error error);
  ScriptedTransport& fail_on(std::string route, Error error);
  // For any number of such requests, also none, when nothing else is left for them.
  ScriptedTransport& always(std::string route, int status, std::string body, Headers headers = {});

  Result<HttpResponse> send(const HttpRequest& request, Millis deadline) override;

  // Everything that was sent, in order.
  std::vector<Sent> sent() const;

 private:
  struct Line {
    std::string route;
    Result<HttpResponse> result;
  };

  mutable std::mutex mutex_;
  std::deque<Line> once_;
  std::vector<Line> always_;
  std::vector<Sent> sent_;
};

}  // namespace bot::client
