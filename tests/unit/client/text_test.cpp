#include "client/types/text.hpp"

#include <gtest/gtest.h>

#include "client/types/meeting.hpp"

namespace bot::types {
namespace {

const std::string odd_texts[] = {"",
                                 "plain",
                                 "a \"quoted\" back\\slash / and 'more'",
                                 "new\nline\ttab \x01 \x1f \x7f",
                                 "J\xc3\xbcrgen \xf0\x9f\x98\x80",
                                 "broken \xff\xfe utf-8 \xc3",
                                 std::string("with\0nul", 8)};

TEST(WireText, IsWhatTheJsonValueDumps) {
  MeetingList list;
  for (const auto& text : odd_texts) {
    Meeting meeting;
    meeting.id = -7;
    meeting.user_id = INT64_MAX;
    meeting.platform = text;
    meeting.native_meeting_id = text;
    meeting.data = Json{{"name", text}, {"list", {1, 2.5, nullptr, true}}};
    list.meetings.push_back(meeting);
  }
  EXPECT_EQ(text_of(list), dump(Json(list)));
  EXPECT_EQ(text_of(MeetingList{}), dump(Json(MeetingList{})));

  BotsStatus status;
  status.running_bots.resize(2);
  status.running_bots[1].status = "Up 3 minutes";
  status.running_bots[1].meeting_id = 12;
  EXPECT_EQ(text_of(status), dump(Json(status)));
}

TEST(WireText, PassesRawJsonOn) {
  BasicMeeting<RawJson> raw;
  raw.data = {R"({"phase":"joining"})"};
  Meeting meeting;
  meeting.data = Json{{"phase", "joining"}};
  EXPECT_EQ(text_of(raw), text_of(meeting));
}

TEST(WireText, FindsTheFirstByteThatNeedsCareWhereverItStands) {
  for (int value = 0; value < 256; ++value) {
    const bool plain = value >= 0x20 && value < 0x80 && value != '"' && value != '\\';
    for (std::size_t at = 0; at < 20; ++at) {
      std::string text(20, '!');
      text[at] = static_cast<char>(value);
      EXPECT_EQ(plain_length(text), plain ? 20 : at) << value;
    }
  }
}

}  // namespace
}  // namespace bot::types
