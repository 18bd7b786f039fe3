#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

// What DELETE /bots/… and PUT …/config answer: 202 with a message, and where to read what became
// of the command. Only `message` is sent by every generation.
struct Accepted {
  std::string message;
  std::optional<std::int64_t> command_id;
  std::optional<std::int64_t> meeting_id;
  std::optional<std::string> status;

  bool operator==(const Accepted&) const = default;
};

void to_json(Json& json, const Accepted& accepted);
void from_json(const Json& json, Accepted& accepted);

// A command to a bot and how far it came: sent (stored and published), delivered (the bot fetched
// it), acknowledged (the bot says what it did; `result` is in its own words, for reconfigure the
// language and task that are in force since).
struct BotCommand {
  std::int64_t id = 0;
  std::int64_t meeting_id = 0;
  std::string session_uid;
  std::string action;  // leave, reconfigure
  Json payload = Json::object();
  std::string status;  // sent, delivered, acknowledged
  std::string created_at;
  std::optional<std::string> delivered_at;
  std::optional<std::string> acknowledged_at;
  Json result = nullptr;

  bool operator==(const BotCommand&) const = default;
};

void to_json(Json& json, const BotCommand& command);
void from_json(const Json& json, BotCommand& command);

// {"commands":[…]}, oldest first.
struct BotCommandList {
  std::vector<BotCommand> commands;

  bool operator==(const BotCommandList&) const = default;
};

void to_json(Json& json, const BotCommandList& list);
void from_json(const Json& json, BotCommandList& list);

}  // namespace bot::types
