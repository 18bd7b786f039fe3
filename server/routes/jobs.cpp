#include "base/text.hpp"
#include "base/time_format.hpp"
#include "base/unicode.hpp"
#include "server/http/validation.hpp"
#include "server/jobs/job_store.hpp"
#include "server/jobs/ownership.hpp"
#include "server/jobs/provision.hpp"
#include "server/queue/queue.hpp"
#include "server/routes/audit.hpp"
#include "server/routes/authentication.hpp"
#include "server/routes/job_routes.hpp"
#include "server/routes/job_wire.hpp"
#include "server/routes/methods_of.hpp"
#include "server/routes/wire.hpp"
#include "server/store/user_store.hpp"

namespace bot::routes {
namespace {

using http::Access;
using http::Principal;
using http::Reply;
using http::Request;
using jobs::JobStatus;

constexpr http::IntRange page_range = {.least = 1, .most = 1000};
constexpr std::int64_t page_size = 50;

Error no_such_job() {
  return {.code = Errc::not_found, .message = "Job not found"};
}

// 400, as the reference has it.
Error not_in_this_state(const std::string& what, JobStatus status) {
  return {.code = Errc::malformed_request,
          .message = what + ", and this one is " + std::string(jobs::to_string(status))};
}

std::string subject_of(const Request& request) {
  return request.params.empty() ? "" : "job " + request.param("job_id");
}

// A time of ours or unix milliseconds.
Result<std::optional<UnixMillis>> query_time(const Request& request, std::string_view name) {
  const auto text = request.query_value(name);
  if (!text) return std::optional<UnixMillis>();
  if (const auto number = parse_int(*text)) return std::optional<UnixMillis>(*number);
  if (const auto time = parse_time(*text)) return std::optional<UnixMillis>(*time);
  return http::invalid_field(
      "query", name, "value is not a time such as 2026-11-26T18:00:00Z or unix milliseconds");
}

Result<std::optional<JobStatus>> query_status(const Request& request) {
  const auto text = request.query_value("status");
  if (!text) return std::optional<JobStatus>();
  const auto status = jobs::parse_job_status(*text);
  if (status) return std::optional<JobStatus>(*status);
  return http::invalid_field(
      "query", "status", "value is none of pending, running, completed, failed, cancelled");
}

class JobRoutes {
 public:
  JobRoutes(const JobParts& parts, const JobOptions& options) : parts_(parts), options_(options) {}

  Result<Reply> list(const Request& request, const Principal& who) const {
    jobs::JobFilter filter{.owner_user_id = owner_of(who)};
    const auto limit = http::query_int(request, "limit", page_size, page_range);
    const auto offset = http::query_int(request, "offset", 0);
    const auto status = query_status(request);
    const auto since = query_time(request, "since");
    if (!limit) return limit.error();
    if (!offset) return offset.error();
    if (!status) return status.error();
    if (!since) return since.error();
    filter.limit = *limit;
    filter.offset = *offset;
    filter.status = *status;
    filter.created_since = *since;
    filter.kind = request.query_value("kind");
    if (filter.kind && has_control_characters(*filter.kind)) {
      return http::invalid_field("query", "kind", "control characters are not permitted");
    }
    return parts_.database.read([&](sql::Connection& connection) {
      types::JobList list;
      for (const auto& row : jobs::JobStore(connection).list(filter))
        list.jobs.push_back(to_wire(row));
      return json(200, list);
    });
  }

  Result<Reply> statistics(const Request& /*request*/, const Principal& who) const {
    return parts_.database.read([&](sql::Connection& connection) {
      const auto now = parts_.clock.now_ms();
      jobs::JobStore jobs(connection);
      const auto counts = jobs.counts(owner_of(who));
      const auto waiting = jobs.waiting(now, owner_of(who));
      return json(200,
                  types::JobStatistics{.job_stats = to_wire(counts),
                                       .queue_stats = to_wire(waiting, counts.running, now)});
    });
  }

  Result<Reply> get(const Request& request, const Principal& who) const {
    return parts_.database.read([&](sql::Connection& connection) -> Result<Reply> {
      const auto job = find_job(connection, request.param("job_id"), who);
      if (!job) return no_such_job();
      const auto accounts = jobs::AccountStore(connection).of_job(job->id);
      return json(200, job_detail(*job, accounts, parts_.clock.now_ms()));
    });
  }

  Result<Reply> cancel(const Request& request, const Principal& who) const {
    std::optional<std::int64_t> asked;
    auto reply = parts_.database.write([&](sql::Connection& connection) -> Result<Reply> {
      asked.reset();
      const auto now = parts_.clock.now_ms();
      const auto job = find_job(connection, request.param("job_id"), who);
      if (!job) return no_such_job();
      const auto outcome = queue::request_cancel(
          connection,
          job->item_id,
          who.admin ? "cancelled by an administrator" : "cancelled by its owner",
          now,
          parts_.listeners);
      switch (outcome) {
        case queue::Cancellation::absent:
          return no_such_job();
        case queue::Cancellation::finished_already:
          return not_in_this_state("A job is cancelled before it has finished", job->status);
        case queue::Cancellation::asked:
          asked = job->item_id;
          break;
        case queue::Cancellation::cancelled:
          break;
      }
      note(connection, request, who, "job.cancel", job->id);
      return answer(connection,
                    200,
                    asked ? "The job runs and was asked to stop" : "The job was cancelled",
                    job->id);
    });
    if (!reply) return reply;
    if (asked) parts_.notice_cancel(*asked);
    parts_.feed.wake();
    return reply;
  }

  Result<Reply> retry(const Request& request, const Principal& who) const {
    auto reply = parts_.database.write([&](sql::Connection& connection) -> Result<Reply> {
      const auto now = parts_.clock.now_ms();
      const auto job = find_job(connection, request.param("job_id"), who);
      if (!job) return no_such_job();
      if (auto room = room_for(connection, who, *job); !room) return std::move(room).error();
      if (!queue::revive(connection, job->item_id, now, parts_.listeners)) {
        return not_in_this_state("A job is tried again after it failed or was cancelled",
                                 job->status);
      }
      note(connection, request, who, "job.retry", job->id);
      return answer(connection, 200, "What is missing of the job is tried again", job->id);
    });
    if (reply) tell_of_work();
    return reply;
  }

  Result<Reply> remove(const Request& request, const Principal& who) const {
    return parts_.database.write([&](sql::Connection& connection) -> Result<Reply> {
      const auto job = find_job(connection, request.param("job_id"), who);
      if (!job) return no_such_job();
      if (!jobs::is_finished(job->status) ||
          !jobs::JobStore(connection).remove(job->id, parts_.listeners)) {
        return not_in_this_state("A job is deleted once it has finished", job->status);
      }
      note(connection, request, who, "job.delete", job->id);
      return json(200,
                  types::JobAnswer{.message = "The job was deleted; accounts that it made stay",
                                   .job = to_wire(*job)});
    });
  }

  Result<Reply> show_tokens(const Request& request, const Principal& who) const {
    return parts_.database.write([&](sql::Connection& connection) -> Result<Reply> {
      const auto job = find_job(connection, request.param("job_id"), who);
      if (!job) return no_such_job();
      types::AccountTokens shown{.tokens =
                                     jobs::show_tokens(connection, job->id, parts_.clock.now_ms())};
      if (shown.tokens.empty()) {
        return Error{
            .code = Errc::conflict,
            .message = job->successful == 0
                           ? "The job has made no account yet"
                           : "The tokens of this job were shown before, and they are shown "
                             "once; an administrator makes others with "
                             "POST /admin/users/{user_id}/tokens"};
      }
      note(connection, request, who, "job.tokens", job->id);
      auto reply = json(200, shown);
      reply.headers.emplace_back("Cache-Control", "no-store");
      return reply;
    });
  }

 private:
  // What is missing of a job counts against the accounts of its owner from its retry on.
  Status room_for(sql::Connection& connection,
                  const Principal& who,
                  const jobs::JobRow& job) const {
    if (who.admin || !jobs::is_finished(job.status)) return Unit{};
    if (!store::UserStore(connection).lock(who.user_id)) return user_is_gone();
    return jobs::check_room(
        connection, who.user_id, job.units - job.successful, options_.account_limit);
  }

  static Result<Reply> answer(sql::Connection& connection,
                              int status,
                              std::string message,
                              const std::string& id) {
    const auto job = jobs::JobStore(connection).find(id);
    if (!job) return no_such_job();
    return json(status, types::JobAnswer{.message = std::move(message), .job = to_wire(*job)});
  }

  void note(sql::Connection& connection,
            const Request& request,
            const Principal& who,
            const std::string& action,
            const std::string& id) const {
    audit(connection, request, who, {action, "job " + id}, parts_.clock.now_ms());
  }

  void tell_of_work() const {
    parts_.wake();
    parts_.feed.wake();
  }

  const JobParts parts_;
  const JobOptions options_;
};

}  // namespace

void add_job_routes(http::Router& router, const JobParts& parts, const JobOptions& options) {
  const auto bound = methods_of(std::make_shared<JobRoutes>(parts, options));
  const auto accounted_for = [&](const std::string& action, auto method) {
    return accounted_for_admins(parts.database, parts.clock, action, subject_of, bound(method));
  };
  router.add({"GET",
              "/api/jobs",
              Access::either,
              bound(&JobRoutes::list),
              "List jobs, the newest first, 50 unless a limit is given"});
  router.add({"GET",
              "/api/jobs/stats",
              Access::either,
              bound(&JobRoutes::statistics),
              "Count jobs by state and those that wait by priority"});
  router.add({"GET",
              "/api/jobs/{job_id}",
              Access::either,
              bound(&JobRoutes::get),
              "Show a job, how far it is and the first 1000 accounts that it has made; GET "
              "/api/accounts?job_id= has all"});
  router.add({"POST",
              "/api/jobs/{job_id}/cancel",
              Access::either,
              accounted_for("job.cancel", &JobRoutes::cancel),
              "Cancel a job that has not finished"});
  router.add({"POST",
              "/api/jobs/{job_id}/retry",
              Access::either,
              accounted_for("job.retry", &JobRoutes::retry),
              "Try again what is missing of a job that failed or was cancelled"});
  router.add({"DELETE",
              "/api/jobs/{job_id}",
              Access::either,
              accounted_for("job.delete", &JobRoutes::remove),
              "Delete a finished job; accounts that it made stay"});
  router.add({"POST",
              "/api/jobs/{job_id}/tokens",
              Access::either,
              accounted_for("job.tokens", &JobRoutes::show_tokens),
              "Make the tokens of a job's accounts and show them this once"});
}

}  // namespace bot::routes
