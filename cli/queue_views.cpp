#include <cmath>

#include "base/duration.hpp"
#include "base/text.hpp"
#include "cli/views.hpp"

namespace bot::cli {
namespace {

Cell state_cell(const std::string& state) {
  return {state, style_of_state(state)};
}

std::string text_of(const std::optional<std::string>& value) {
  return value.value_or("");
}

// Whole seconds: "12s", "1h5m"; "" when nothing waits.
std::string age_text(const types::Lane& lane) {
  if (!lane.oldest_ready_at) return {};
  const auto seconds = static_cast<std::int64_t>(std::floor(lane.oldest_age_seconds));
  return seconds == 0 ? "0s" : format_duration(std::chrono::seconds(seconds));
}

}  // namespace

const std::vector<Column>& lane_columns() {
  static const std::vector<Column> columns = {{"LANE", Shrinks::no},
                                              {"READY", Shrinks::no, Align::right},
                                              {"SCHEDULED", Shrinks::no, Align::right},
                                              {"RUNNING", Shrinks::no, Align::right},
                                              {"DEAD", Shrinks::no, Align::right},
                                              {"OLDEST", Shrinks::no, Align::right},
                                              {"PAUSED", Shrinks::no, Align::left, Shows::age}};
  return columns;
}

Record record_of(const types::Lane& lane) {
  return {.cells = {{lane.lane},
                    {std::to_string(lane.ready)},
                    {std::to_string(lane.scheduled)},
                    {std::to_string(lane.leased)},
                    {std::to_string(lane.dead), lane.dead > 0 ? Style::red : Style::plain},
                    {age_text(lane)},
                    {text_of(lane.paused_at), Style::yellow}},
          .json = lane,
          .id = lane.lane};
}

const std::vector<Column>& queue_day_columns() {
  static const std::vector<Column> columns = {{"DAY", Shrinks::no},
                                              {"LANE", Shrinks::no},
                                              {"DONE", Shrinks::no, Align::right},
                                              {"DEAD", Shrinks::no, Align::right},
                                              {"CANCELLED", Shrinks::no, Align::right}};
  return columns;
}

Record record_of(const types::QueueDay& day) {
  return {.cells = {{day.day},
                    {day.lane},
                    {std::to_string(day.done)},
                    {std::to_string(day.dead)},
                    {std::to_string(day.cancelled)}},
          .json = day,
          .id = day.day};
}

const std::vector<Column>& queue_item_columns() {
  static const std::vector<Column> columns = {{"ID", Shrinks::no, Align::right},
                                              {"LANE", Shrinks::no},
                                              {"KIND", Shrinks::no},
                                              {"STATUS", Shrinks::no},
                                              {"ATTEMPTS", Shrinks::no, Align::right},
                                              {"CREATED", Shrinks::no, Align::left, Shows::age},
                                              {"RUN AT", Shrinks::no, Align::left, Shows::age},
                                              {"ERROR"}};
  return columns;
}

Record record_of(const types::QueueItem& item) {
  return {.cells = {{std::to_string(item.id)},
                    {item.lane},
                    {item.kind},
                    state_cell(item.status),
                    {std::to_string(item.attempts) + '/' + std::to_string(item.max_attempts)},
                    {item.created_at},
                    {item.run_at},
                    {text_of(item.last_error)}},
          .json = item,
          .id = std::to_string(item.id)};
}

const std::vector<Column>& queue_item_event_columns() {
  static const std::vector<Column> columns = {{"AT", Shrinks::no},
                                              {"EVENT", Shrinks::no},
                                              {"ATTEMPT", Shrinks::no, Align::right},
                                              {"OWNER"},
                                              {"ERROR"}};
  return columns;
}

Record record_of(const types::QueueItemEvent& event) {
  return {.cells = {{event.at},
                    {event.event},
                    {std::to_string(event.attempt)},
                    {text_of(event.owner)},
                    {event.error}},
          .json = event,
          .id = event.event};
}

const std::vector<Column>& worker_columns() {
  static const std::vector<Column> columns = {
      {"WORKER", Shrinks::no},
      {"STATUS", Shrinks::no},
      {.title = "HOST", .goes = Goes::first},
      {.title = "QUEUES", .goes = Goes::first},
      {"SLOTS", Shrinks::no, Align::right, Shows::text, Goes::second},
      {"PROCESSED", Shrinks::no, Align::right, Shows::text, Goes::third},
      {"FAILED", Shrinks::no, Align::right, Shows::text, Goes::second},
      {"HEARTBEAT", Shrinks::no, Align::left, Shows::age, Goes::fourth},
      {"CURRENT JOB", Shrinks::no}};
  return columns;
}

Record record_of(const types::Worker& worker) {
  return {.cells = {{worker.worker_id},
                    state_cell(worker.status),
                    {worker.host},
                    {join(worker.queues, ",")},
                    {std::to_string(worker.concurrency)},
                    {std::to_string(worker.jobs_processed)},
                    {std::to_string(worker.jobs_failed)},
                    {worker.last_heartbeat},
                    {text_of(worker.current_job)}},
          .json = worker,
          .id = worker.worker_id};
}

}  // namespace bot::cli
