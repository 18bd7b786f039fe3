#include "server/store/command_store.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/session_store.hpp"
#include "server/store/speech_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/contract/engines.hpp"

namespace bot::store {
namespace {

using domain::SpeakerEvent;

class SpeechContract : public OnEachEngine {
 protected:
  SpeechContract() {
    write([&](sql::Connection& connection) {
      const auto user = UserStore(connection).find_or_create({.email = "a@example.com"}, now());
      const NewMeeting wanted{.user_id = user.user.id,
                              .platform = "google_meet",
                              .native_meeting_id = "a",
                              .bot_container_id = "bot"};
      meeting_ = MeetingStore(connection).add(wanted, now()).id;
      SessionStore(connection).add({meeting_, "uid", "hash"}, now());
    });
  }

  bool put(const std::string& text, std::int64_t position, bool mapped = true) {
    return write([&](sql::Connection& connection) {
      const HeardSegment heard{
          {"speech", "speech:1000", 1, 2, text, std::nullopt, "en"}, position, mapped};
      const auto changed = SpeechStore(connection).put_all(meeting_, std::span(&heard, 1), now());
      return changed.size() == 1 && changed[0];
    });
  }
  std::vector<SegmentRow> transcript() {
    return write([&](sql::Connection& connection) {
      return TranscriptStore(connection).of_meeting(meeting_);
    });
  }
  bool add(const SpeakerEvent& event) {
    return write([&](sql::Connection& connection) {
      return SpeechStore(connection).add_event(meeting_, "speech", event, now());
    });
  }
  std::vector<SpeakerEvent> events(std::int64_t from_ms, std::int64_t to_ms) {
    return write([&](sql::Connection& connection) {
      return SpeechStore(connection).events(meeting_, "speech", from_ms, to_ms);
    });
  }

  std::int64_t meeting_ = 0;
};

TEST_P(SpeechContract, AnOlderEntryNeverReplacesANewerOne) {
  constexpr std::int64_t newest = (std::int64_t{1763760000000} << 20) + 7;

  EXPECT_TRUE(put("hello", newest - 1));
  EXPECT_FALSE(put("hel", newest - 2));
  EXPECT_FALSE(put("hello again", newest - 1));
  EXPECT_TRUE(put("hello world", newest));

  const auto rows = transcript();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].text, "hello world");
}

TEST_P(SpeechContract, TimesCountFromWhereSpeechSaysItBegan) {
  put("x", 1);
  EXPECT_EQ(transcript().at(0).session_started_at, std::nullopt);
  write([&](sql::Connection& connection) {
    SpeechStore speech(connection);
    EXPECT_EQ(speech.start_of(meeting_, "speech"), std::nullopt);
    // Taken for granted until an entry says it.
    EXPECT_TRUE(speech.set_start(meeting_, "speech", 5, 0));
    EXPECT_FALSE(speech.set_start(meeting_, "speech", 6, 0));
    EXPECT_TRUE(speech.set_start(meeting_, "speech", 7, 200));
    EXPECT_EQ(speech.start_of(meeting_, "speech"), 7);
    // Taken over from a server that died.
    EXPECT_FALSE(speech.set_start(meeting_, "speech", 8, 100));
    EXPECT_FALSE(speech.set_start(meeting_, "speech", 8, 200));
    EXPECT_EQ(speech.start_of(meeting_, "speech"), 7);
  });
  EXPECT_EQ(transcript().at(0).session_started_at, 7);
}

TEST_P(SpeechContract, AnEventIsThereOnceAndFoundByItsTime) {
  const SpeakerEvent begun{1000, SpeakerEvent::Kind::start, "id", "Ann"};
  const SpeakerEvent ended{2000, SpeakerEvent::Kind::end, "id", "Ann"};

  EXPECT_TRUE(add(ended));
  EXPECT_TRUE(add(begun));
  EXPECT_FALSE(add(begun));

  EXPECT_EQ(events(0, 3000), (std::vector{begun, ended}));
  EXPECT_EQ(events(1000, 2000), std::vector{begun});
  EXPECT_EQ(events(1001, 3000), std::vector{ended});
}

TEST_P(SpeechContract, OnlySpeakersThatWereFoundAreFoundAgain) {
  put("x", 1);
  write([&](sql::Connection& connection) {
    SpeechStore speech(connection);
    const auto rows = speech.mapped_after(meeting_, "speech", 1500);
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows[0].text, "x");
    EXPECT_TRUE(speech.mapped_after(meeting_, "speech", 2000).empty());
    const std::vector<SegmentSpeaker> found = {{rows[0].id, "Ann"}};
    speech.set_speakers(found);
  });
  EXPECT_EQ(transcript().at(0).speaker, "Ann");
  put("x", 2, false);
  write([&](sql::Connection& connection) {
    EXPECT_TRUE(SpeechStore(connection).mapped_after(meeting_, "speech", 0).empty());
  });
}

TEST_P(SpeechContract, EventsGoSomeTimeAfterTheirMeetingHasEnded) {
  add({1000, SpeakerEvent::Kind::start, "id", "Ann"});
  const auto purge = [&](UnixMillis before) {
    return write([&](sql::Connection& connection) {
      return SpeechStore(connection).purge_events_of_ended(before, 10);
    });
  };
  EXPECT_EQ(purge(now() + 1), 0u);
  write([&](sql::Connection& connection) {
    MeetingStore(connection)
        .transition(meeting_,
                    domain::MeetingState::reserved,
                    domain::MeetingState::failed,
                    {.end_time = now()},
                    now());
  });

  EXPECT_EQ(purge(now()), 0u);
  EXPECT_EQ(purge(now() + 1), 1u);
  EXPECT_TRUE(events(0, 3000).empty());
}

TEST_P(SpeechContract, OneLookShowsWhichOfManySessionsHasACommand) {
  std::vector<std::string> sessions(250, "");
  for (std::size_t i = 0; i < sessions.size(); ++i)
    sessions[i] = "other-" + std::to_string(i);
  sessions[180] = "uid";
  write([&](sql::Connection& connection) {
    CommandStore commands(connection);
    EXPECT_TRUE(commands.last_undelivered(sessions).empty());
    commands.add({meeting_, "uid", "reconfigure"}, now());
    const auto last = commands.add({meeting_, "uid", "leave"}, now()).id;
    const std::vector<std::pair<std::string, std::int64_t>> expected = {{"uid", last}};
    EXPECT_EQ(commands.last_undelivered(sessions), expected);
    EXPECT_TRUE(commands.last_undelivered({}).empty());
  });
}

INSTANTIATE_TEST_SUITE_P(Store, SpeechContract, testing::ValuesIn(engines()), name_of_case);

}  // namespace
}  // namespace bot::store
