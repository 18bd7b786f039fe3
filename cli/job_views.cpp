#include "base/text.hpp"
#include "cli/context.hpp"
#include "cli/views.hpp"

namespace bot::cli {
namespace {

constexpr std::size_t most_names = 5;

Cell state_cell(const std::string& state) {
  return {state, style_of_state(state)};
}

std::string fraction(std::int64_t part, std::int64_t whole) {
  return std::to_string(part) + '/' + std::to_string(whole);
}

std::string priority_text(std::int64_t priority) {
  switch (priority) {
    case 0:
      return "low";
    case 1:
      return "normal";
    case 2:
      return "high";
    default:
      return std::to_string(priority);
  }
}

// The first of them, and how to see all.
std::string names_of(const types::JobDetail& detail) {
  std::vector<std::string> names;
  for (const auto& account : detail.accounts) {
    if (names.size() == most_names) break;
    names.push_back(account.username);
  }
  auto text = join(names, ", ");
  if (detail.accounts.size() <= most_names) return text;
  return text + " and more: botctl accounts list --job " + detail.job.id;
}

// A server lists the first of them only. Warned of, for JSON has no place for a note.
void tell_of_more(Context& context, const types::JobDetail& detail) {
  const auto made = detail.progress.successful;
  const auto shown = static_cast<std::int64_t>(detail.accounts.size());
  if (!context.output().is_json() || made <= shown) return;
  context.warn("job " + detail.job.id + " has made " + std::to_string(made) +
               " accounts, and this shows " + std::to_string(shown) +
               ": `botctl accounts list --job " + detail.job.id + "` lists those that exist");
}

}  // namespace

const std::vector<Column>& job_columns() {
  static const std::vector<Column> columns = {
      {"ID", Shrinks::no},
      {.title = "KIND", .shrinks = Shrinks::no, .goes = Goes::second},
      {"STATUS", Shrinks::no},
      {"PROGRESS", Shrinks::no, Align::right},
      {"FAILED", Shrinks::no, Align::right, Shows::text, Goes::third},
      {.title = "PRIORITY", .goes = Goes::first},
      {"CREATED", Shrinks::no, Align::left, Shows::age, Goes::fourth},
      {.title = "ERROR", .least = 20}};
  return columns;
}

Record record_of(const types::Job& job) {
  return {.cells = {{job.id},
                    {job.kind},
                    state_cell(job.status),
                    {fraction(job.progress, job.count)},
                    {std::to_string(job.failed)},
                    {priority_text(job.priority)},
                    {job.created_at},
                    {job.error_msg.value_or("")}},
          .json = job,
          .id = job.id};
}

Record record_of(const types::JobDetail& detail) {
  auto record = record_of(detail.job);
  record.json["percentage"] = detail.progress.percentage;
  record.json["duration"] = types::nullable(detail.duration);
  record.json["accounts"] = detail.accounts;
  return record;
}

void show_job(Context& context, const types::JobDetail& detail) {
  auto columns = job_columns();
  auto record = record_of(detail);
  if (context.output().format() == Format::table && !detail.accounts.empty()) {
    columns.push_back({"ACCOUNTS"});
    record.cells.push_back({names_of(detail)});
  }
  context.output().object(columns, record);
  tell_of_more(context, detail);
}

const std::vector<Column>& job_event_columns() {
  static const std::vector<Column> columns = {{"AT", Shrinks::no},
                                              {"JOB", Shrinks::no},
                                              {"STATUS", Shrinks::no},
                                              {"PROGRESS", Shrinks::no, Align::right},
                                              {"ERROR"}};
  return columns;
}

Record record_of(const types::JobEvent& event) {
  return {.cells = {{event.timestamp},
                    {event.job_id},
                    state_cell(event.status),
                    {fraction(event.data.progress, event.data.count)},
                    {event.error.value_or("")}},
          .json = event,
          .id = event.job_id};
}

const std::vector<Column>& account_columns() {
  static const std::vector<Column> columns = {
      {"ID", Shrinks::no, Align::right},
      {"USERNAME", Shrinks::no},
      {"STATUS", Shrinks::no},
      {"MAX BOTS", Shrinks::no, Align::right, Shows::text, Goes::third},
      {.title = "EMAIL", .goes = Goes::second, .least = 20},
      {"TOKEN", Shrinks::no, Align::right, Shows::text, Goes::first},
      {"CREATED", Shrinks::no, Align::left, Shows::age, Goes::fourth},
      {"JOB", Shrinks::no}};
  return columns;
}

Record record_of(const types::Account& account) {
  return {.cells = {{std::to_string(account.id)},
                    {account.username},
                    state_cell(account.status),
                    {std::to_string(account.concurrency_limit)},
                    {account.email},
                    {account.token_id ? std::to_string(*account.token_id) : std::string()},
                    {account.created_at},
                    {account.job_id}},
          .json = account,
          .id = std::to_string(account.id)};
}

const std::vector<Column>& account_token_columns() {
  static const std::vector<Column> columns = {
      {"ID", Shrinks::no, Align::right}, {"USERNAME", Shrinks::no}, {"TOKEN", Shrinks::no}};
  return columns;
}

Record record_of(const types::AccountToken& token) {
  return {.cells = {{std::to_string(token.account_id)}, {token.username}, {token.token}},
          .json = token,
          .id = std::to_string(token.account_id)};
}

}  // namespace bot::cli
