#include "client/ops/get_metrics.hpp"

namespace bot::client {

HttpRequest GetMetrics::encode() const {
  return HttpRequest{.target = "/metrics"};
}

Result<GetMetrics::Response> GetMetrics::decode(const HttpResponse& answer) {
  return types::parse_metrics(answer.body);
}

}  // namespace bot::client
