#pragma once

#include <map>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::routes {

// What the router cannot know of a route: its bodies and codes.
struct Operation {
  std::string id;
  std::string request;        // schema name; empty: no body
  std::string answer;         // schema name; a list is "User[]"; empty: no body
  std::vector<int> statuses;  // of success
  std::vector<int> errors;
  // Names of query parameters; "status:item_status" where a name's values differ by operation.
  std::vector<std::string> query = {};
};

// By method and pattern: "GET /api/jobs".
using Operations = std::map<std::string, Operation>;

// Of jobs and accounts, and the schemas of their bodies.
const Operations& job_operations();
types::Json job_schemas();

// Of the queue, its dead letters and its workers.
const Operations& queue_operations();
types::Json queue_schemas();

}  // namespace bot::routes
