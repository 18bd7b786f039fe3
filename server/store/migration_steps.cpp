#include "server/store/migrations.hpp"

namespace bot::store {
namespace {

using Statements = std::vector<std::string_view>;

Migration users_and_meetings() {
  return {"users, meetings and their bots",
          {
              "CREATE TABLE users (id {identity}, email TEXT NOT NULL UNIQUE, name TEXT,"
              " image_url TEXT, max_concurrent_bots BIGINT NOT NULL, data TEXT NOT NULL,"
              " created_at BIGINT NOT NULL, webhook_url TEXT, webhook_secret TEXT,"
              " webhook_updated_at BIGINT)",

              "CREATE TABLE api_tokens (id {identity},"
              " user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,"
              " token_sha256 TEXT NOT NULL UNIQUE, name TEXT, created_at BIGINT NOT NULL,"
              " expires_at BIGINT, last_used_at BIGINT)",
              "CREATE INDEX api_tokens_of_user ON api_tokens (user_id, id)",

              "CREATE TABLE meetings (id {identity},"
              " user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,"
              " platform TEXT NOT NULL, native_meeting_id TEXT, constructed_meeting_url TEXT,"
              " status TEXT NOT NULL CHECK (status IN"
              " ('reserved', 'starting', 'active', 'stopping', 'completed', 'failed')),"
              " bot_container_id TEXT, bot_name TEXT, language TEXT, task TEXT, passcode TEXT,"
              " start_time BIGINT, end_time BIGINT, data TEXT NOT NULL, created_at BIGINT NOT NULL,"
              " updated_at BIGINT NOT NULL, state_since_ms BIGINT NOT NULL, heartbeat_at BIGINT,"
              " stop_requested BOOLEAN NOT NULL, completion_reason TEXT, failure_reason TEXT)",
              // The duplicate rule.
              "CREATE UNIQUE INDEX meetings_with_a_seat"
              " ON meetings (user_id, platform, native_meeting_id)"
              " WHERE status IN ('reserved', 'starting', 'active')",
              // A user's bots, and the count of the seats they take without a look at the rows.
              "CREATE INDEX meetings_live_of_user ON meetings (user_id, status, id)"
              " WHERE status IN ('reserved', 'starting', 'active', 'stopping')",
              "CREATE INDEX meetings_live_by_status ON meetings (status, id)"
              " WHERE status IN ('reserved', 'starting', 'active', 'stopping')",
              "CREATE INDEX meetings_of_user ON meetings (user_id, id)",
              "CREATE INDEX meetings_by_native_id"
              " ON meetings (user_id, platform, native_meeting_id, id)",

              "CREATE TABLE meeting_sessions (id {identity},"
              " meeting_id BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,"
              " session_uid TEXT NOT NULL UNIQUE, callback_secret_sha256 TEXT NOT NULL UNIQUE,"
              " container_id TEXT, runtime TEXT, runtime_handle TEXT, started_at BIGINT NOT NULL,"
              " ended_at BIGINT, last_heartbeat_at BIGINT, exit_code BIGINT)",
              "CREATE INDEX meeting_sessions_of_meeting ON meeting_sessions (meeting_id, id)",

              "CREATE TABLE transcriptions (id {identity},"
              " meeting_id BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,"
              " session_uid TEXT NOT NULL, segment_key TEXT NOT NULL,"
              " start_s DOUBLE PRECISION NOT NULL, end_s DOUBLE PRECISION NOT NULL,"
              " text TEXT NOT NULL, speaker TEXT, language TEXT, created_at BIGINT NOT NULL,"
              " UNIQUE (meeting_id, segment_key))",

              "CREATE TABLE bot_commands (id {identity},"
              " meeting_id BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,"
              " session_uid TEXT NOT NULL, action TEXT NOT NULL, payload TEXT NOT NULL,"
              " status TEXT NOT NULL CHECK (status IN ('sent', 'delivered', 'acknowledged')),"
              " created_at BIGINT NOT NULL, delivered_at BIGINT, acknowledged_at BIGINT,"
              " result TEXT)",
              "CREATE INDEX bot_commands_of_meeting ON bot_commands (meeting_id, id)",
              "CREATE INDEX bot_commands_of_session ON bot_commands (session_uid, id)",
          }};
}

Migration deliveries_and_queue() {
  return {"answers, deliveries, audit and the queue",
          {
              "CREATE TABLE idempotency_keys (scope TEXT NOT NULL, key_sha256 TEXT NOT NULL,"
              " request_sha256 TEXT NOT NULL, status BIGINT NOT NULL, body TEXT NOT NULL,"
              " created_at BIGINT NOT NULL, PRIMARY KEY (scope, key_sha256))",
              "CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at)",

              "CREATE TABLE webhook_deliveries (id {identity},"
              " user_id BIGINT NOT NULL REFERENCES users (id) ON DELETE CASCADE,"
              " meeting_id BIGINT, event_id TEXT NOT NULL UNIQUE, event_type TEXT NOT NULL,"
              " url TEXT NOT NULL, body TEXT NOT NULL,"
              " status TEXT NOT NULL CHECK (status IN ('queued', 'delivered', 'dead')),"
              " attempts BIGINT NOT NULL, response_status BIGINT, last_error TEXT,"
              " created_at BIGINT NOT NULL, delivered_at BIGINT)",
              "CREATE INDEX webhook_deliveries_of_user ON webhook_deliveries (user_id, id)",
              "CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (created_at)"
              " WHERE status <> 'queued'",

              "CREATE TABLE audit_log (id {identity}, at BIGINT NOT NULL, actor TEXT NOT NULL,"
              " action TEXT NOT NULL, subject TEXT NOT NULL, request_id TEXT NOT NULL,"
              " detail TEXT NOT NULL)",
              "CREATE INDEX audit_log_by_age ON audit_log (at)",
              "CREATE INDEX audit_log_of_subject ON audit_log (subject, id)",

              "CREATE TABLE settings (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",

              "CREATE TABLE queue_items (id {identity}, lane TEXT NOT NULL, kind TEXT NOT NULL,"
              " payload TEXT NOT NULL,"
              " status TEXT NOT NULL CHECK (status IN ('ready', 'leased', 'done', 'dead')),"
              " priority BIGINT NOT NULL, run_at BIGINT NOT NULL, attempts BIGINT NOT NULL,"
              " max_attempts BIGINT NOT NULL, unique_key TEXT, lease_owner TEXT,"
              " lease_until BIGINT, fence BIGINT NOT NULL, last_error TEXT, history TEXT NOT NULL,"
              " created_at BIGINT NOT NULL, finished_at BIGINT)",
              "CREATE UNIQUE INDEX queue_items_unfinished ON queue_items (lane, unique_key)"
              " WHERE unique_key IS NOT NULL AND status IN ('ready', 'leased')",
              "CREATE INDEX queue_items_ready ON queue_items (lane, priority, run_at, id)"
              " WHERE status = 'ready'",
              "CREATE INDEX queue_items_leased ON queue_items (status, lease_until) WHERE status = "
              "'leased'",
              "CREATE INDEX queue_items_dead ON queue_items (status, id) WHERE status = 'dead'",
              "CREATE INDEX queue_items_done ON queue_items (status, finished_at) WHERE status = "
              "'done'",
          }};
}

Migration fair_shares() {
  return {"fair shares of a lane",
          {
              "ALTER TABLE queue_items ADD COLUMN fair_key TEXT",
              // Holds all that a claim looks at.
              "DROP INDEX queue_items_ready",
              "CREATE INDEX queue_items_ready"
              " ON queue_items (status, lane, priority, run_at, id, fair_key)"
              " WHERE status = 'ready'",
          }};
}

Migration counts_and_retention() {
  return {"indexes for counts and retention",
          {
              // Written when a meeting ends, not when it is made.
              "CREATE INDEX meetings_final_by_status ON meetings (status, id)"
              " WHERE status IN ('completed', 'failed')",
              // Grows at its end only.
              "CREATE INDEX transcriptions_by_age ON transcriptions (created_at)",
              "CREATE INDEX queue_items_dead_of_lane ON queue_items (status, lane, id)"
              " WHERE status = 'dead'",
          }};
}

Migration publication_of_commands() {
  return {"when commands were published",
          {"ALTER TABLE bot_commands ADD COLUMN published_at BIGINT",
           "UPDATE bot_commands SET published_at = created_at",
           "ALTER TABLE meeting_sessions ADD COLUMN publishing_until BIGINT"}};
}

Migration replicas() {
  return {"several servers on one database",
          {
              "CREATE TABLE replicas (id TEXT NOT NULL PRIMARY KEY, place TEXT NOT NULL,"
              " url TEXT NOT NULL, seen_at BIGINT NOT NULL)",
              "ALTER TABLE meeting_sessions ADD COLUMN owner TEXT",
              "ALTER TABLE meeting_sessions ADD COLUMN place TEXT",
              "ALTER TABLE meeting_sessions ADD COLUMN verdict TEXT",
              "ALTER TABLE meeting_sessions ADD COLUMN verdict_at BIGINT",
              // Written when a bot is launched, not when it is asked for.
              "CREATE INDEX meeting_sessions_running ON meeting_sessions (owner, meeting_id)"
              " WHERE runtime_handle IS NOT NULL AND ended_at IS NULL",
          }};
}

Migration speech_streams() {
  return {"speech and speakers from streams",
          {
              // Since when the times of a bot's speech count, where it said so itself.
              "CREATE TABLE speech_sessions (id {identity},"
              " meeting_id BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,"
              " session_uid TEXT NOT NULL, started_at BIGINT NOT NULL,"
              // Of the entry of a stream that said so; 0: none has.
              " stream_position BIGINT NOT NULL, UNIQUE (meeting_id, session_uid))",
              "CREATE TABLE speaker_events (id {identity},"
              " meeting_id BIGINT NOT NULL REFERENCES meetings (id) ON DELETE CASCADE,"
              " session_uid TEXT NOT NULL, at_ms BIGINT NOT NULL,"
              " kind TEXT NOT NULL CHECK (kind IN ('start', 'end')),"
              " participant TEXT NOT NULL, name TEXT NOT NULL, created_at BIGINT NOT NULL,"
              " UNIQUE (meeting_id, session_uid, at_ms, kind, participant))",
              "CREATE INDEX speaker_events_created ON speaker_events (created_at)",
              // Which entry of a stream a segment came with, and whether its speaker was found by
              // us.
              "ALTER TABLE transcriptions ADD COLUMN stream_position BIGINT",
              "ALTER TABLE transcriptions ADD COLUMN speaker_mapped BOOLEAN",
          }};
}

Statements queue_of_jobs() {
  return {
      "ALTER TABLE queue_items ADD COLUMN started_at BIGINT",
      // Milliseconds that one attempt may take.
      "ALTER TABLE queue_items ADD COLUMN time_limit BIGINT",
      "ALTER TABLE queue_items ADD COLUMN cancel_requested_at BIGINT",
      // With the status 'done': it was cancelled.
      "ALTER TABLE queue_items ADD COLUMN cancelled_at BIGINT",
      // Without the state: PostgreSQL takes what the index implies for granted when it only
      // reads, and would find no place to begin at.
      "DROP INDEX queue_items_ready",
      "CREATE INDEX queue_items_ready ON queue_items (lane, priority, run_at, id, fair_key)"
      " WHERE status = 'ready'",
      "CREATE INDEX queue_items_cancelled ON queue_items (lane, id)"
      " WHERE status = 'done' AND cancelled_at IS NOT NULL",
      "CREATE INDEX webhook_deliveries_queued ON webhook_deliveries (created_at)"
      " WHERE status = 'queued'",
      "CREATE TABLE paused_lanes (lane TEXT NOT NULL PRIMARY KEY,"
      " paused_at BIGINT NOT NULL, paused_by TEXT NOT NULL)",
      // What finished on each day since 1970 and is not among the items any more.
      "CREATE TABLE queue_days (lane TEXT NOT NULL, day BIGINT NOT NULL,"
      " done BIGINT NOT NULL, dead BIGINT NOT NULL, cancelled BIGINT NOT NULL,"
      " PRIMARY KEY (lane, day))",
  };
}

Statements jobs_and_accounts() {
  return {
      "ALTER TABLE users ADD COLUMN status TEXT NOT NULL DEFAULT 'active'"
      " CHECK (status IN ('active', 'suspended', 'banned'))",
      // Its state is that of its item.
      "CREATE TABLE jobs (id TEXT NOT NULL PRIMARY KEY,"
      " item_id BIGINT NOT NULL UNIQUE REFERENCES queue_items (id) ON DELETE CASCADE,"
      " kind TEXT NOT NULL, owner_user_id BIGINT, username TEXT, units BIGINT NOT NULL,"
      " successful BIGINT NOT NULL, failed BIGINT NOT NULL, error_msg TEXT,"
      " test_mode BOOLEAN NOT NULL, updated_at BIGINT NOT NULL)",
      "CREATE INDEX jobs_of_owner ON jobs (owner_user_id, item_id)",
      "CREATE TABLE job_units ("
      "job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,"
      " unit BIGINT NOT NULL, user_id BIGINT, error TEXT, at BIGINT NOT NULL,"
      " PRIMARY KEY (job_id, unit))",
      "CREATE TABLE accounts ("
      "user_id BIGINT NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,"
      " username TEXT NOT NULL UNIQUE, token_id BIGINT, token_shown_at BIGINT,"
      " job_id TEXT NOT NULL, unit BIGINT NOT NULL, owner_user_id BIGINT,"
      " created_at BIGINT NOT NULL, UNIQUE (job_id, unit))",
      "CREATE INDEX accounts_of_owner ON accounts (owner_user_id, user_id)",
  };
}

Statements events_and_workers() {
  return {
      "CREATE TABLE job_events (id {identity}, job_id TEXT NOT NULL,"
      " event TEXT NOT NULL, at BIGINT NOT NULL, data TEXT NOT NULL,"
      " published_at BIGINT)",
      "CREATE INDEX job_events_unpublished ON job_events (id)"
      " WHERE published_at IS NULL",
      "CREATE INDEX job_events_of_job ON job_events (job_id, id)",
      "CREATE INDEX job_events_by_age ON job_events (at)",
      "CREATE TABLE workers (id TEXT NOT NULL PRIMARY KEY, host TEXT NOT NULL,"
      " pid BIGINT NOT NULL, pid_started_at BIGINT NOT NULL, version TEXT NOT NULL,"
      " lanes TEXT NOT NULL, concurrency BIGINT NOT NULL, status TEXT NOT NULL,"
      " started_at BIGINT NOT NULL, seen_at BIGINT NOT NULL,"
      " beat_interval BIGINT NOT NULL, current_job TEXT, progress_at BIGINT,"
      " processed BIGINT NOT NULL, succeeded BIGINT NOT NULL, failed BIGINT NOT NULL,"
      // What an administrator wants it to do: NULL, 'quiet', 'run' or 'stop'.
      " wanted TEXT)",
      // Who does what only one may do, and until when.
      "CREATE TABLE leases (name TEXT NOT NULL PRIMARY KEY, owner TEXT NOT NULL,"
      " until BIGINT NOT NULL)",
      // Requests for accounts, counted since a moment.
      "CREATE TABLE generate_windows (token_id BIGINT NOT NULL PRIMARY KEY"
      " REFERENCES api_tokens (id) ON DELETE CASCADE, begun BIGINT NOT NULL,"
      " requests BIGINT NOT NULL)",
  };
}

Migration jobs_and_workers() {
  Migration step{"jobs, accounts and workers", queue_of_jobs()};
  for (const auto& more : {jobs_and_accounts(), events_and_workers()})
    step.statements.insert(step.statements.end(), more.begin(), more.end());
  return step;
}

}  // namespace

std::span<const Migration> migrations() {
  static const std::vector<Migration> all = {users_and_meetings(),
                                             deliveries_and_queue(),
                                             fair_shares(),
                                             counts_and_retention(),
                                             publication_of_commands(),
                                             replicas(),
                                             speech_streams(),
                                             jobs_and_workers()};
  return all;
}

}  // namespace bot::store
