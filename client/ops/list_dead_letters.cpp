#include "client/ops/list_dead_letters.hpp"

#include <string>
#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest ListDeadLetters::encode() const {
  std::string target = "/admin/dead-letters";
  add_query(target, "lane", lane);
  add_query(target, "kind", kind);
  add_query(target, "search", search);
  add_query(target, "before", before);
  add_query(target, "limit", limit);
  return HttpRequest{.target = std::move(target)};
}

Result<ListDeadLetters::Response> ListDeadLetters::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a list of dead letters");
}

}  // namespace bot::client
