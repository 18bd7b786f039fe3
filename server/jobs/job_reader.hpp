// The columns of a job, of which some are its item's.
#pragma once

#include "server/jobs/job.hpp"
#include "server/store/row_reader.hpp"

namespace bot::jobs {

#define BOT_JOB_COLUMNS                                                              \
  "jobs.id, jobs.item_id, jobs.kind, jobs.owner_user_id, jobs.username, jobs.units," \
  " jobs.successful, jobs.failed, jobs.error_msg, jobs.test_mode, jobs.updated_at,"  \
  " queue_items.status, queue_items.cancelled_at, queue_items.priority,"             \
  " queue_items.created_at, queue_items.started_at, queue_items.finished_at"

#define BOT_FROM_JOBS " FROM jobs JOIN queue_items ON queue_items.id = jobs.item_id"

JobRow read_job(store::RowReader& reader);

}  // namespace bot::jobs
