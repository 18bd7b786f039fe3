#pragma once

#include <optional>
#include <string>

#include "client/types/json.hpp"

namespace bot::types {

// GET /health, /ready and /version. Every field but `status` may be missing on other servers.
struct Health {
  std::string status;
  std::optional<std::string> service;
  Json parts = Json::object();  // of /ready: part name to "ok" or what is wrong

  bool operator==(const Health&) const = default;
};

void to_json(Json& json, const Health& health);
void from_json(const Json& json, Health& health);

struct Version {
  std::string version;
  std::optional<std::string> commit;
  std::optional<std::string> api;

  bool operator==(const Version&) const = default;
};

void to_json(Json& json, const Version& version);
void from_json(const Json& json, Version& version);

// {"message":"…"}: what several DELETEs answer.
struct Message {
  std::string message;

  bool operator==(const Message&) const = default;
};

void to_json(Json& json, const Message& message);
void from_json(const Json& json, Message& message);

}  // namespace bot::types
