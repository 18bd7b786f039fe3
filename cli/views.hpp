// How each resource is shown: its columns, and the record of one of them. One place, so that a
// resource has the same columns wherever it appears; they are a contract with scripts.
#pragma once

#include <string>
#include <vector>

#include "cli/output/output.hpp"
#include "client/types/audit.hpp"
#include "client/types/command.hpp"
#include "client/types/meeting.hpp"
#include "client/types/token.hpp"
#include "client/types/transcript.hpp"
#include "client/types/user.hpp"
#include "client/types/webhook.hpp"

namespace bot::cli {

const std::vector<Column>& user_columns();
Record record_of(const types::User& user);

const std::vector<Column>& token_columns();
Record record_of(const types::Token& token);

const std::vector<Column>& meeting_columns();
Record record_of(const types::Meeting& meeting);

const std::vector<Column>& running_bot_columns();
Record record_of(const types::RunningBot& bot);

const std::vector<Column>& transition_columns();
Record record_of(const types::Transition& transition);

const std::vector<Column>& segment_columns();
Record record_of(const types::Segment& segment);

const std::vector<Column>& webhook_columns();
Record record_of(const types::Webhook& webhook);

const std::vector<Column>& delivery_columns();
Record record_of(const types::Delivery& delivery);

const std::vector<Column>& audit_columns();
Record record_of(const types::AuditEntry& entry);

template <typename T>
std::vector<Record> records_of(const std::vector<T>& things) {
  std::vector<Record> records;
  records.reserve(things.size());
  for (const auto& thing : things)
    records.push_back(record_of(thing));
  return records;
}

// "PLATFORM/ID", the form in which `bots` commands take a meeting; the number where it has no id.
std::string meeting_id_of(const types::Meeting& meeting);

}  // namespace bot::cli
