#include "tests/fakes/client/scripted_transport.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace bot::client {
namespace {

std::string route_of(const HttpRequest& request) {
  return request.method + " " + request.target.substr(0, request.target.find('?'));
}

HttpResponse response(int status, std::string body, Headers headers) {
  return HttpResponse{.status = status, .headers = std::move(headers), .body = std::move(body)};
}

}  // namespace

std::string ScriptedTransport::Sent::header(std::string_view name) const {
  return HttpResponse{.headers = request.headers}.header(name);
}

ScriptedTransport::~ScriptedTransport() {
  for (const auto& line : once_) {
    ADD_FAILURE() << "a scripted answer was not used: "
                  << (line.route.empty() ? "any request" : line.route);
  }
}

ScriptedTransport& ScriptedTransport::answer(int status, std::string body, Headers headers) {
  return answer_to({}, status, std::move(body), std::move(headers));
}

ScriptedTransport& ScriptedTransport::answer_to(std::string route,
                                                int status,
                                                std::string body,
                                                Headers headers) {
  const std::lock_guard lock(mutex_);
  once_.push_back({std::move(route), response(status, std::move(body), std::move(headers))});
  return *this;
}

ScriptedTransport& ScriptedTransport::fail(Error error) {
  return fail_on({}, std::move(error));
}

ScriptedTransport& ScriptedTransport::fail_on(std::string route, Error error) {
  const std::lock_guard lock(mutex_);
  once_.push_back({std::move(route), std::move(error)});
  return *this;
}

ScriptedTransport& ScriptedTransport::always(std::string route,
                                             int status,
                                             std::string body,
                                             Headers headers) {
  const std::lock_guard lock(mutex_);
  always_.push_back({std::move(route), response(status, std::move(body), std::move(headers))});
  return *this;
}

Result<HttpResponse> ScriptedTransport::send(const HttpRequest& request, Millis deadline) {
  const std::lock_guard lock(mutex_);
  sent_.push_back({request, deadline});
  const auto route = route_of(request);
  const auto fits = [&](const Line& line) { return line.route.empty() || line.route == route; };
  const auto next = std::find_if(once_.begin(), once_.end(), fits);
  if (next != once_.end()) {
    auto result = std::move(next->result);
    once_.erase(next);
    return result;
  }
  const auto standing = std::find_if(always_.begin(), always_.end(), fits);
  if (standing != always_.end()) return standing->result;
  ADD_FAILURE() << "nothing is scripted for " << route;
  return Error{.code = Errc::internal, .message = "nothing is scripted for " + route};
}

std::vector<ScriptedTransport::Sent> ScriptedTransport::sent() const {
  const std::lock_guard lock(mutex_);
  return sent_;
}

}  // namespace bot::client
