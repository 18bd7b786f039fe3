#include "client/types/command.hpp"

namespace bot::types {

void to_json(Json& json, const Accepted& accepted) {
  json = Json{{"message", accepted.message}};
  write_if_set(json, "command_id", accepted.command_id);
  write_if_set(json, "meeting_id", accepted.meeting_id);
  write_if_set(json, "status", accepted.status);
}

void from_json(const Json& json, Accepted& accepted) {
  read_if_there(json, "message", accepted.message);
  read(json, "command_id", accepted.command_id);
  read(json, "meeting_id", accepted.meeting_id);
  read(json, "status", accepted.status);
}

void to_json(Json& json, const BotCommand& command) {
  json = Json{{"id", command.id},
              {"meeting_id", command.meeting_id},
              {"session_uid", command.session_uid},
              {"action", command.action},
              {"payload", command.payload},
              {"status", command.status},
              {"created_at", command.created_at},
              {"delivered_at", nullable(command.delivered_at)},
              {"acknowledged_at", nullable(command.acknowledged_at)},
              {"result", command.result}};
}

void from_json(const Json& json, BotCommand& command) {
  read(json, "id", command.id);
  read(json, "meeting_id", command.meeting_id);
  read(json, "session_uid", command.session_uid);
  read(json, "action", command.action);
  read_if_there(json, "payload", command.payload);
  read(json, "status", command.status);
  read(json, "created_at", command.created_at);
  read(json, "delivered_at", command.delivered_at);
  read(json, "acknowledged_at", command.acknowledged_at);
  read_if_there(json, "result", command.result);
}

void to_json(Json& json, const BotCommandList& list) {
  json = Json{{"commands", list.commands}};
}

void from_json(const Json& json, BotCommandList& list) {
  read(json, "commands", list.commands);
}

}  // namespace bot::types
