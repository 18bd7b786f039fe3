#include "server/jobs/accounts_handler.hpp"

#include <utility>

#include "server/domain/email.hpp"
#include "server/jobs/provision.hpp"
#include "server/jobs/units.hpp"

namespace bot::jobs {
namespace {

constexpr std::size_t digits_of_the_id = 8;

Result<std::int64_t> make_account(sql::Connection& connection,
                                  const JobRow& job,
                                  std::int64_t unit,
                                  UnixMillis now,
                                  const std::string& domain) {
  const auto username = username_of(job, unit);
  const auto email = domain::normal_email(username + "@" + domain);
  if (!email) {
    return Error{.code = Errc::invalid_argument,
                 .message = username + "@" + domain + " is not a valid e-mail address"};
  }
  return provision(connection,
                   {.username = username,
                    .email = *email,
                    .name = username,
                    .job_id = job.id,
                    .unit = unit,
                    .owner_user_id = job.owner_user_id},
                   now);
}

}  // namespace

std::string username_of(const JobRow& job, std::int64_t unit) {
  auto name = job.username.value_or("account-" + job.id.substr(0, digits_of_the_id));
  if (job.units > 1) name += "-" + std::to_string(unit);
  return name;
}

queue::StoppableHandler accounts_handler(store::Database& database,
                                         const Clock& clock,
                                         std::string domain) {
  return [&database, &clock, domain = std::move(domain)](const queue::Item& item,
                                                         const queue::Run& run) {
    return run_units(
        database,
        clock,
        item,
        run,
        [&domain](
            sql::Connection& connection, const JobRow& job, std::int64_t unit, UnixMillis now) {
          return make_account(connection, job, unit, now, domain);
        });
  };
}

}  // namespace bot::jobs
