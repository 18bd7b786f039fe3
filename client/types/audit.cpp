#include "client/types/audit.hpp"

namespace bot::types {

void to_json(Json& json, const AuditEntry& entry) {
  json = Json{{"id", entry.id},
              {"at", entry.at},
              {"actor", entry.actor},
              {"action", entry.action},
              {"subject", entry.subject},
              {"outcome", nullable(entry.outcome)},
              {"from", nullable(entry.from)},
              {"key", nullable(entry.key)},
              {"token_id", nullable(entry.token_id)},
              {"note", nullable(entry.note)},
              {"request_id", entry.request_id}};
}

void from_json(const Json& json, AuditEntry& entry) {
  read(json, "id", entry.id);
  read(json, "at", entry.at);
  read(json, "actor", entry.actor);
  read(json, "action", entry.action);
  read(json, "subject", entry.subject);
  read(json, "outcome", entry.outcome);
  read(json, "from", entry.from);
  read(json, "key", entry.key);
  read(json, "token_id", entry.token_id);
  read(json, "note", entry.note);
  read(json, "request_id", entry.request_id);
}

void to_json(Json& json, const AuditList& list) {
  json = Json{{"entries", list.entries}};
}

void from_json(const Json& json, AuditList& list) {
  read(json, "entries", list.entries);
}

}  // namespace bot::types
