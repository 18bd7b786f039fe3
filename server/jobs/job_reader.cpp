#include "server/jobs/job_reader.hpp"

namespace bot::jobs {

JobRow read_job(store::RowReader& reader) {
  JobRow job;
  job.id = reader.text();
  job.item_id = reader.integer();
  job.kind = reader.text();
  job.owner_user_id = reader.optional_integer();
  job.username = reader.optional_text();
  job.units = reader.integer();
  job.successful = reader.integer();
  job.failed = reader.integer();
  job.error_msg = reader.optional_text();
  job.test_mode = reader.boolean();
  job.updated_at = reader.integer();
  queue::Item item;
  const auto status = reader.text();
  item.status = queue::item_status(status).value_or(queue::ItemStatus::dead);
  item.cancelled_at = reader.optional_integer();
  job.status = status_of(item);
  job.priority = reader.integer();
  job.created_at = reader.integer();
  job.started_at = reader.optional_integer();
  job.finished_at = reader.optional_integer();
  return job;
}

}  // namespace bot::jobs
