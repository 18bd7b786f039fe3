#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "client/types/json.hpp"

namespace bot::types {

// Who changed what, or tried to: an item of GET /admin/audit.
struct AuditEntry {
  std::int64_t id = 0;
  std::string at;
  std::string actor;                     // "admin", "user 7"
  std::string action;                    // "user.update"
  std::string subject;                   // "user 7"; "" before it had a name
  std::string request_id;                // of the request, as in the log
  std::optional<std::string> outcome;    // "done", "refused 404"
  std::optional<std::string> from;       // the client's address
  std::optional<std::string> key;        // the first digits of the admin key's SHA-256
  std::optional<std::int64_t> token_id;  // of a user's token
  std::optional<std::string> note;

  bool operator==(const AuditEntry&) const = default;
};

void to_json(Json& json, const AuditEntry& entry);
void from_json(const Json& json, AuditEntry& entry);

// {"entries":[…]}, newest first.
struct AuditList {
  std::vector<AuditEntry> entries;

  bool operator==(const AuditList&) const = default;
};

void to_json(Json& json, const AuditList& list);
void from_json(const Json& json, AuditList& list);

}  // namespace bot::types
