#include "server/jobs/mirror_lead.hpp"

#include <string_view>
#include <utility>

#include "base/fault.hpp"
#include "server/store/lease_store.hpp"

namespace bot::jobs {
namespace {

using std::chrono::steady_clock;

constexpr std::string_view lease_name = "mirror of the jobs in Redis";
constexpr int renewals = 3;  // within a lease

}  // namespace

MirrorLead::MirrorLead(store::Database& database,
                       const Clock& clock,
                       std::string owner,
                       Millis lease)
    : database_(database), clock_(clock), owner_(std::move(owner)), lease_(lease) {}

bool MirrorLead::held() {
  const auto asked = steady_clock::now();
  if (asked < next_question_) return held_;
  held_ = false;
  next_question_ = {};
  const auto now = clock_.now_ms();
  const bool free = database_.read_one([&](sql::Connection& connection) {
    return store::LeaseStore(connection).is_free(lease_name, owner_, now);
  });
  held_ = free && database_.write([&](sql::Connection& connection) {
    return store::LeaseStore(connection).take(lease_name, owner_, now + lease_.count(), now);
  });
  next_question_ = asked + lease_ / renewals;
  return held_;
}

MirrorLead::Instant MirrorLead::kept_until() const {
  return held_ ? next_question_ : Instant::max();
}

void MirrorLead::give_back() {
  if (!held_) return;
  try {
    database_.write([this](sql::Connection& connection) {
      store::LeaseStore(connection).release(lease_name, owner_);
    });
  } catch (const Fault&) {
    // It runs out by itself.
  }
}

}  // namespace bot::jobs
