#include "server/bots/adoption.hpp"

#include "server/store/meeting_store.hpp"

namespace bot::bots {

AdoptionResult adopt_bots(store::Database& database, Runtime& runtime, Lifecycle& lifecycle) {
  AdoptionResult result;
  const auto live = database.read([](sql::Connection& connection) {
    return store::MeetingStore(connection).live_all();
  });
  for (const auto& each : live) {
    if (!each.session || !each.session->runtime_handle) {
      ++result.launching;
      continue;
    }
    const auto& session = *each.session;
    if (session.runtime == runtime.name() &&
        runtime.adopt(each.meeting.id, session.session_uid, *session.runtime_handle)) {
      ++result.adopted;
      continue;
    }
    lifecycle.close_dead(each);
    ++result.closed;
  }
  return result;
}

}  // namespace bot::bots
