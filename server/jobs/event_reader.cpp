#include "server/jobs/event_reader.hpp"

#include "base/time_format.hpp"

namespace bot::jobs {

types::JobEvent read_event(store::RowReader& reader) {
  types::JobEvent event;
  event.seq = reader.integer();
  event.job_id = reader.text();
  event.event = reader.text();
  event.timestamp = format_time(reader.integer());
  // Written by append; should it ever be damaged, the rest is shown.
  try {
    const auto data = types::Json::parse(reader.text());
    types::read_if_there(data, "status", event.status);
    types::read(data, "worker_id", event.worker_id);
    types::read(data, "error", event.error);
    event.data = data.get<types::JobEventData>();
  } catch (const types::Json::exception&) {
    event.data = {};
  }
  event.data.job_id = event.job_id;
  return event;
}

}  // namespace bot::jobs
