#include "server/jobs/job.hpp"

#include <gtest/gtest.h>

#include "server/jobs/accounts_handler.hpp"

namespace bot::jobs {
namespace {

TEST(Job, HasTheStateOfItsItem) {
  queue::Item item;
  EXPECT_EQ(to_string(status_of(item)), "pending");
  item.status = queue::ItemStatus::leased;
  EXPECT_EQ(to_string(status_of(item)), "running");
  item.status = queue::ItemStatus::dead;
  EXPECT_EQ(to_string(status_of(item)), "failed");
  item.status = queue::ItemStatus::done;
  EXPECT_EQ(to_string(status_of(item)), "completed");
  item.cancelled_at = 5;
  EXPECT_EQ(to_string(status_of(item)), "cancelled");
}

TEST(Job, StatesAndPrioritiesAreReadByTheirNames) {
  for (const auto* name : {"pending", "running", "completed", "failed", "cancelled"})
    EXPECT_EQ(to_string(parse_job_status(name).value()), name);
  EXPECT_EQ(parse_job_status("processing"), JobStatus::running);
  EXPECT_EQ(parse_job_status("done"), std::nullopt);
  EXPECT_EQ(parse_priority("HIGH"), Priority::high);
  EXPECT_EQ(parse_priority("Normal"), Priority::normal);
  EXPECT_EQ(parse_priority("low"), Priority::low);
  EXPECT_EQ(parse_priority("urgent"), std::nullopt);
}

TEST(Job, AccountsAreCalledByTheJobWhenNobodyNamesThem) {
  JobRow job;
  job.id = "3f0c8b9e-5d51-4a3e-9d0f-6a1d5a0c7e11";
  job.units = 1;
  EXPECT_EQ(username_of(job, 1), "account-3f0c8b9e");
  job.username = "crew";
  EXPECT_EQ(username_of(job, 1), "crew");
  job.units = 2;
  EXPECT_EQ(username_of(job, 2), "crew-2");
}

}  // namespace
}  // namespace bot::jobs
