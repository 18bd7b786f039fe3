#pragma once

#include <optional>
#include <string_view>

namespace bot::suites {

// The six states of the seed, in the only order in which a meeting may pass through them.
enum class State { reserved, starting, active, stopping, completed, failed };

// The state that a status word of any generation of the service stands for (requested is reserved;
// joining, awaiting_admission and needs_help are starting); nullopt for a word of no generation.
std::optional<State> parse_state(std::string_view word);

std::string_view name_of(State state);
bool is_final(State state);
// reserved, starting or active: it occupies one of the user's seats.
bool holds_a_seat(State state);
// May `later` be seen after `earlier` was? States between the two may have gone unseen.
bool may_follow(State earlier, State later);

}  // namespace bot::suites
