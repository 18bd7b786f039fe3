#include "cli/views.hpp"

#include <array>
#include <cstdio>

namespace bot::cli {
namespace {

std::string text_of(const std::optional<std::string>& value) {
  return value.value_or("");
}

std::string text_of(const std::optional<std::int64_t>& value) {
  return value ? std::to_string(*value) : std::string();
}

Cell state_cell(const std::string& state) {
  return {state, style_of_state(state)};
}

std::string seconds(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.3f", value);
  return text.data();
}

}  // namespace

const std::vector<Column>& user_columns() {
  static const std::vector<Column> columns = {{"ID", Shrinks::no, Align::right},
                                              {"EMAIL"},
                                              {"NAME"},
                                              {"MAX BOTS", Shrinks::no, Align::right},
                                              {"CREATED"}};
  return columns;
}

Record record_of(const types::User& user) {
  return {.cells = {{std::to_string(user.id)},
                    {user.email},
                    {text_of(user.name)},
                    {std::to_string(user.max_concurrent_bots)},
                    {user.created_at}},
          .json = user,
          .id = std::to_string(user.id)};
}

const std::vector<Column>& token_columns() {
  static const std::vector<Column> columns = {{"ID", Shrinks::no, Align::right},
                                              {"USER", Shrinks::no, Align::right},
                                              {"NAME"},
                                              {"CREATED"},
                                              {"EXPIRES"},
                                              {"LAST USED"}};
  return columns;
}

Record record_of(const types::Token& token) {
  return {.cells = {{std::to_string(token.id)},
                    {std::to_string(token.user_id)},
                    {text_of(token.name)},
                    {token.created_at},
                    {text_of(token.expires_at)},
                    {text_of(token.last_used_at)}},
          .json = token,
          .id = std::to_string(token.id)};
}

const std::vector<Column>& meeting_columns() {
  static const std::vector<Column> columns = {{"ID", Shrinks::no, Align::right},
                                              {"PLATFORM", Shrinks::no},
                                              {"MEETING", Shrinks::no},
                                              {"STATUS", Shrinks::no},
                                              {"CREATED"},
                                              {"STARTED"},
                                              {"ENDED"}};
  return columns;
}

std::string meeting_id_of(const types::Meeting& meeting) {
  if (!meeting.native_meeting_id) return std::to_string(meeting.id);
  return meeting.platform + '/' + *meeting.native_meeting_id;
}

Record record_of(const types::Meeting& meeting) {
  return {.cells = {{std::to_string(meeting.id)},
                    {meeting.platform},
                    {text_of(meeting.native_meeting_id)},
                    state_cell(meeting.status),
                    {meeting.created_at},
                    {text_of(meeting.start_time)},
                    {text_of(meeting.end_time)}},
          .json = meeting,
          .id = meeting_id_of(meeting)};
}

const std::vector<Column>& running_bot_columns() {
  static const std::vector<Column> columns = {{"ID", Shrinks::no, Align::right},
                                              {"PLATFORM", Shrinks::no},
                                              {"MEETING", Shrinks::no},
                                              {"STATUS", Shrinks::no},
                                              {"CONTAINER"},
                                              {"HEARTBEAT"},
                                              {"SINCE"}};
  return columns;
}

Record record_of(const types::RunningBot& bot) {
  const auto status = bot.meeting_status ? bot.meeting_status : bot.normalized_status;
  const auto id = bot.meeting_id ? text_of(bot.meeting_id) : text_of(bot.meeting_id_from_name);
  const bool named = bot.platform && bot.native_meeting_id;
  return {.cells = {{id},
                    {text_of(bot.platform)},
                    {text_of(bot.native_meeting_id)},
                    state_cell(text_of(status ? status : bot.status)),
                    {text_of(bot.container_name ? bot.container_name : bot.container_id)},
                    {text_of(bot.last_heartbeat_at)},
                    {text_of(bot.created_at)}},
          .json = bot,
          .id = named ? *bot.platform + '/' + *bot.native_meeting_id : id};
}

const std::vector<Column>& transition_columns() {
  static const std::vector<Column> columns = {{"AT", Shrinks::no},
                                              {"FROM", Shrinks::no},
                                              {"TO", Shrinks::no},
                                              {"SOURCE", Shrinks::no},
                                              {"REASON"}};
  return columns;
}

Record record_of(const types::Transition& transition) {
  return {.cells = {{transition.at},
                    {text_of(transition.from)},
                    state_cell(transition.to),
                    {transition.source},
                    {text_of(transition.reason)}},
          .json = transition,
          .id = transition.to};
}

const std::vector<Column>& segment_columns() {
  static const std::vector<Column> columns = {{"START", Shrinks::no, Align::right},
                                              {"END", Shrinks::no, Align::right},
                                              {"SPEAKER", Shrinks::no},
                                              {"LANGUAGE", Shrinks::no},
                                              {"TEXT"}};
  return columns;
}

Record record_of(const types::Segment& segment) {
  return {.cells = {{seconds(segment.start)},
                    {seconds(segment.end)},
                    {text_of(segment.speaker)},
                    {text_of(segment.language)},
                    {segment.text}},
          .json = segment,
          .id = segment.absolute_start_time.value_or(seconds(segment.start))};
}

const std::vector<Column>& webhook_columns() {
  static const std::vector<Column> columns = {{"URL"}, {"UPDATED", Shrinks::no}};
  return columns;
}

Record record_of(const types::Webhook& webhook) {
  return {.cells = {{text_of(webhook.webhook_url)}, {text_of(webhook.updated_at)}},
          .json = webhook,
          .id = text_of(webhook.webhook_url)};
}

const std::vector<Column>& delivery_columns() {
  static const std::vector<Column> columns = {{"ID", Shrinks::no, Align::right},
                                              {"EVENT", Shrinks::no},
                                              {"STATUS", Shrinks::no},
                                              {"ATTEMPTS", Shrinks::no, Align::right},
                                              {"ANSWER", Shrinks::no, Align::right},
                                              {"CREATED"},
                                              {"DELIVERED"},
                                              {"ERROR"}};
  return columns;
}

Record record_of(const types::Delivery& delivery) {
  return {.cells = {{std::to_string(delivery.id)},
                    {delivery.event_type},
                    state_cell(delivery.status),
                    {std::to_string(delivery.attempts)},
                    {text_of(delivery.response_status)},
                    {delivery.created_at},
                    {text_of(delivery.delivered_at)},
                    {text_of(delivery.last_error)}},
          .json = delivery,
          .id = std::to_string(delivery.id)};
}

const std::vector<Column>& audit_columns() {
  static const std::vector<Column> columns = {{"ID", Shrinks::no, Align::right},
                                              {"AT", Shrinks::no},
                                              {"ACTOR", Shrinks::no},
                                              {"ACTION", Shrinks::no},
                                              {"SUBJECT"},
                                              {"OUTCOME", Shrinks::no},
                                              {"FROM"},
                                              {"NOTE"}};
  return columns;
}

Record record_of(const types::AuditEntry& entry) {
  return {.cells = {{std::to_string(entry.id)},
                    {entry.at},
                    {entry.actor},
                    {entry.action},
                    {entry.subject},
                    {text_of(entry.outcome)},
                    {text_of(entry.from)},
                    {text_of(entry.note)}},
          .json = entry,
          .id = std::to_string(entry.id)};
}

}  // namespace bot::cli
