// How each resource is shown: its columns, and the record of one of them. One place, so that a
// resource has the same columns wherever it appears; they are a contract with scripts.
#pragma once

#include <string>
#include <vector>

#include "cli/output/output.hpp"
#include "client/types/account.hpp"
#include "client/types/audit.hpp"
#include "client/types/command.hpp"
#include "client/types/job.hpp"
#include "client/types/job_event.hpp"
#include "client/types/lane.hpp"
#include "client/types/meeting.hpp"
#include "client/types/queue_history.hpp"
#include "client/types/queue_item.hpp"
#include "client/types/token.hpp"
#include "client/types/transcript.hpp"
#include "client/types/user.hpp"
#include "client/types/webhook.hpp"
#include "client/types/worker.hpp"

namespace bot::cli {

class Context;

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

const std::vector<Column>& job_columns();
Record record_of(const types::Job& job);
// The job's record, with duration, percentage and accounts in JSON.
Record record_of(const types::JobDetail& detail);
// As an object, on a card with the names of accounts that it has made.
void show_job(Context& context, const types::JobDetail& detail);

const std::vector<Column>& job_event_columns();
Record record_of(const types::JobEvent& event);

const std::vector<Column>& account_columns();
Record record_of(const types::Account& account);

const std::vector<Column>& account_token_columns();
Record record_of(const types::AccountToken& token);

const std::vector<Column>& lane_columns();
Record record_of(const types::Lane& lane);

const std::vector<Column>& queue_day_columns();
Record record_of(const types::QueueDay& day);

const std::vector<Column>& queue_item_columns();
Record record_of(const types::QueueItem& item);

const std::vector<Column>& queue_item_event_columns();
Record record_of(const types::QueueItemEvent& event);

const std::vector<Column>& worker_columns();
Record record_of(const types::Worker& worker);

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
