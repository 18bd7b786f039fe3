// What a botd answers about jobs, accounts, its queue and its workers.
#pragma once

#include <string>
#include <vector>

#include "tests/fakes/client/scripted_transport.hpp"

namespace bot::cli::body {

std::string job(const std::string& id, const std::string& status);
std::string jobs(const std::vector<std::string>& items);
// {"success":true,"message":…,"job":…}
std::string job_answer(const std::string& id, const std::string& status);
std::string job_detail(const std::string& id, const std::string& status);

struct Happened {
  int seq;
  std::string status;
  int progress;  // of five
};
std::string job_event(const std::string& id, const Happened& what);
// With `next` after the last one.
std::string job_events(const std::string& id, const std::vector<Happened>& all);

std::string account(int id, const std::string& status = "active");
std::string accounts(const std::vector<std::string>& items);
std::string account_answer(int id, const std::string& status);

std::string queue_item(int id, const std::string& lane = "jobs");
std::string queue_items(const std::vector<std::string>& items);
std::string lane(const std::string& name);
std::string worker(const std::string& id, const std::string& status = "running");

// Answers for every endpoint of these: job-1, account 42, lane jobs, dead letter 41, worker-1.
void serve_jobs(client::ScriptedTransport& server);

}  // namespace bot::cli::body
