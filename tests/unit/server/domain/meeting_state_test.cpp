#include "server/domain/meeting_state.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace bot::domain {
namespace {

// Rows: from. Columns in the order of all_states: L legal, R repeated, - illegal.
const std::map<MeetingState, std::string> whole_table = {
    {MeetingState::reserved, "RL-L-L"},
    {MeetingState::starting, "-RLL-L"},
    {MeetingState::active, "--RLLL"},
    {MeetingState::stopping, "---RLL"},
    {MeetingState::completed, "----R-"},
    {MeetingState::failed, "-----R"},
};

char letter(Change change) {
  switch (change) {
    case Change::legal:
      return 'L';
    case Change::repeated:
      return 'R';
    case Change::illegal:
      return '-';
  }
  return '?';
}

TEST(MeetingState, EveryChangeIsJudgedAsTheTableSays) {
  for (const auto from : all_states) {
    std::string row;
    for (const auto to : all_states)
      row += letter(judge_change(from, to));
    EXPECT_EQ(row, whole_table.at(from)) << to_string(from);
  }
}

TEST(MeetingState, NamesRoundTrip) {
  for (const auto state : all_states)
    EXPECT_EQ(parse_meeting_state(to_string(state)), state);
  for (const auto* name : {"", "Active", "error", "requested"}) {
    EXPECT_EQ(parse_meeting_state(name), std::nullopt);
  }
}

TEST(MeetingState, SeatsAreHeldUntilStopping) {
  std::string held;
  for (const auto state : all_states)
    held += holds_a_seat(state) ? 'y' : 'n';
  EXPECT_EQ(held, "yyynnn");
}

TEST(MeetingState, NothingLeavesAFinalState) {
  for (const auto from : all_states) {
    for (const auto to : all_states) {
      if (!is_final(from)) continue;
      EXPECT_NE(judge_change(from, to), Change::legal);
    }
  }
}

}  // namespace
}  // namespace bot::domain
