// What the store itself writes into a meeting's `data`, as texts of JSON objects.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "server/domain/meeting_state.hpp"
#include "server/store/meeting_store.hpp"

namespace bot::store {

// {"status_transition": […]} with the first entry, whose `from` is null.
std::string data_of_new_meeting(domain::MeetingState state, UnixMillis now);

// `data` with the fields' own patch, their reasons and one more entry in status_transition.
std::string data_after_transition(std::string_view data,
                                  domain::MeetingState from,
                                  domain::MeetingState to,
                                  const TransitionFields& fields,
                                  UnixMillis now);

// Members of `patch` replace those of the same name, null removes.
std::string merged_data(std::string_view data, std::string_view patch);

// Only what says how it went, and redacted: true (contract §1.6, S2).
std::string anonymised_data(std::string_view data);

}  // namespace bot::store
