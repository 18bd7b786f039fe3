#include <nlohmann/json.hpp>

#include "server/store/command_store.hpp"
#include "server/store/meeting_store.hpp"
#include "server/store/seats.hpp"
#include "server/store/session_store.hpp"
#include "server/store/transcript_store.hpp"
#include "server/store/user_store.hpp"
#include "tests/contract/engines.hpp"

namespace bot::store {
namespace {

using domain::MeetingState;
using Json = nlohmann::json;

class MeetingContract : public OnEachEngine {
 protected:
  MeetingContract() { user_ = make_user("a@example.com"); }

  std::int64_t make_user(const std::string& email) {
    return write([&](sql::Connection& connection) {
      return UserStore(connection).find_or_create({.email = email}, now()).user.id;
    });
  }
  NewMeeting wish(const std::string& native_id) const {
    return {.user_id = user_,
            .platform = "google_meet",
            .native_meeting_id = native_id,
            .bot_container_id = "bot-" + native_id};
  }
  // A meeting that was brought into `state` at the present time.
  MeetingRow meeting_in(MeetingState state, const std::string& native_id) {
    return write([&](sql::Connection& connection) {
      MeetingStore meetings(connection);
      const auto made = meetings.add(wish(native_id), now());
      if (state != MeetingState::reserved)
        meetings.transition(made.id, MeetingState::reserved, state, {}, now());
      return *meetings.find(made.id);
    });
  }

  std::int64_t user_ = 0;
};

TEST_P(MeetingContract, StoresWhatWasAskedForAsReserved) {
  auto asked = wish("abc");
  asked.constructed_meeting_url = "https://meet.google.com/abc";
  asked.bot_name = "Recorder";
  asked.language = "en";
  asked.task = "transcribe";
  asked.passcode = "1234";

  const auto stored = write(
      [&](sql::Connection& connection) { return MeetingStore(connection).add(asked, now()); });

  EXPECT_EQ(stored.status, MeetingState::reserved);
  EXPECT_EQ(stored.bot_container_id, "bot-abc");
  EXPECT_EQ(stored.passcode, "1234");
  EXPECT_EQ(stored.created_at, now());
  EXPECT_FALSE(stored.stop_requested);
  const auto data = Json::parse(stored.data);
  ASSERT_EQ(data["status_transition"].size(), 1u);
  EXPECT_EQ(data["status_transition"][0]["from"], nullptr);
  EXPECT_EQ(data["status_transition"][0]["to"], "reserved");
  EXPECT_EQ(
      read([&](sql::Connection& connection) { return MeetingStore(connection).find(stored.id); }),
      stored);
}

TEST_P(MeetingContract, OneBotForAMeetingUnlessItIsStoppingOrOver) {
  for (const auto state : domain::all_states) {
    const std::string id(domain::to_string(state));
    meeting_in(state, id);

    const auto add_second = [&] {
      write([&](sql::Connection& connection) { MeetingStore(connection).add(wish(id), now()); });
    };

    if (domain::holds_a_seat(state)) {
      EXPECT_THROW(add_second(), sql::Fault) << id;
    } else {
      EXPECT_NO_THROW(add_second()) << id;
    }
  }
}

TEST_P(MeetingContract, CountsTheSeatsOfOneUser) {
  for (const auto state : domain::all_states)
    meeting_in(state, std::string(domain::to_string(state)));
  const auto mine = user_;
  user_ = make_user("b@example.com");
  meeting_in(MeetingState::active, "theirs");

  const auto count =
      read([&](sql::Connection& connection) { return MeetingStore(connection).count_live(mine); });

  EXPECT_EQ(count, 3);
}

TEST_P(MeetingContract, TellsWhetherAUserMayHaveAnotherBot) {
  for (const auto state : domain::all_states)
    meeting_in(state, std::string(domain::to_string(state)));
  write([&](sql::Connection& connection) {
    UserStore(connection).update(user_, {.max_concurrent_bots = 4});
  });

  write([&](sql::Connection& connection) {
    for (const auto state : domain::all_states) {
      const std::string id(domain::to_string(state));
      const auto seats = hold_seats(connection, user_, "google_meet", id);
      ASSERT_TRUE(seats.has_value());
      EXPECT_EQ(seats->limit, 4);
      EXPECT_EQ(seats->taken, 3);
      EXPECT_EQ(seats->is_in_that_meeting, domain::holds_a_seat(state)) << id;
    }
    EXPECT_FALSE(hold_seats(connection, user_, "zoom", "active")->is_in_that_meeting);
    EXPECT_EQ(hold_seats(connection, user_ + 1, "zoom", "active"), std::nullopt);
  });
}

TEST_P(MeetingContract, TheNumberOfANewMeetingIsNobodyElses) {
  const auto before = meeting_in(MeetingState::reserved, "before");

  const auto added = write([&](sql::Connection& connection) {
    auto wanted = wish("abc");
    wanted.id = hold_seats(connection, user_, "google_meet", "abc")->next_meeting;
    return MeetingStore(connection).add(wanted, now());
  });
  const auto after = meeting_in(MeetingState::reserved, "after");

  EXPECT_GT(added.id, before.id);
  EXPECT_GT(after.id, added.id);
  EXPECT_EQ(
      read([&](sql::Connection& connection) { return MeetingStore(connection).find(added.id); }),
      added);
}

TEST_P(MeetingContract, FindsTheNewest) {
  const auto over = meeting_in(MeetingState::completed, "abc");
  const auto stopping = meeting_in(MeetingState::stopping, "abc");

  read([&](sql::Connection& connection) {
    MeetingStore meetings(connection);
    EXPECT_EQ(meetings.find_newest(user_, "google_meet", "abc"), stopping);
    EXPECT_EQ(meetings.find_newest(user_, "zoom", "abc"), std::nullopt);
    EXPECT_EQ(meetings.find_newest(user_ + 1, "google_meet", "abc"), std::nullopt);
  });
  EXPECT_LT(over.id, stopping.id);
}

TEST_P(MeetingContract, ListsNewestFirstByFilter) {
  const auto first = meeting_in(MeetingState::completed, "1");
  const auto second = meeting_in(MeetingState::active, "2");
  const auto third = meeting_in(MeetingState::completed, "3");
  const auto mine = user_;
  user_ = make_user("b@example.com");
  const auto theirs = meeting_in(MeetingState::active, "4");

  read([&](sql::Connection& connection) {
    MeetingStore meetings(connection);
    const auto ids = [](const std::vector<MeetingRow>& rows) {
      std::vector<std::int64_t> result;
      for (const auto& row : rows)
        result.push_back(row.id);
      return result;
    };
    using Ids = std::vector<std::int64_t>;
    EXPECT_EQ(ids(meetings.list(mine, {})), (Ids{third.id, second.id, first.id}));
    EXPECT_EQ(ids(meetings.list(mine, {.limit = 1, .offset = 1})), Ids{second.id});
    EXPECT_EQ(ids(meetings.list(mine, {.offset = 2})), Ids{first.id});
    EXPECT_EQ(ids(meetings.list(mine, {.status = MeetingState::completed})),
              (Ids{third.id, first.id}));
    EXPECT_EQ(ids(meetings.list(mine, {.platform = "zoom"})), Ids{});
    EXPECT_EQ(ids(meetings.list_all({.status = MeetingState::active})),
              (Ids{theirs.id, second.id}));
    EXPECT_EQ(ids(meetings.list_all({.status = MeetingState::active, .user_id = mine})),
              Ids{second.id});
    EXPECT_EQ(meetings.list_all({}).size(), 4u);
  });
}

TEST_P(MeetingContract, ListsLiveBotsWithTheirNewestSession) {
  const auto with = meeting_in(MeetingState::active, "with");
  const auto without = meeting_in(MeetingState::stopping, "without");
  meeting_in(MeetingState::failed, "over");
  write([&](sql::Connection& connection) {
    SessionStore sessions(connection);
    sessions.add({with.id, "uid-1", "secret-1"}, now());
    sessions.add({with.id, "uid-2", "secret-2"}, now());
    sessions.set_handle("uid-2", "process", "12:34:boot");
  });

  const auto live = read(
      [&](sql::Connection& connection) { return MeetingStore(connection).live_of_user(user_); });
  const auto all =
      read([&](sql::Connection& connection) { return MeetingStore(connection).live_all(); });

  ASSERT_EQ(live.size(), 2u);
  EXPECT_EQ(live[0].meeting, with);
  ASSERT_TRUE(live[0].session.has_value());
  EXPECT_EQ(live[0].session->session_uid, "uid-2");
  EXPECT_EQ(live[0].session->runtime_handle, "12:34:boot");
  EXPECT_EQ(live[1].meeting, without);
  EXPECT_FALSE(live[1].session.has_value());
  EXPECT_EQ(all.size(), 2u);
}

TEST_P(MeetingContract, ChangesStateOnlyFromTheExpectedOne) {
  const auto meeting = meeting_in(MeetingState::starting, "abc");
  clock_.advance(Millis(1000));

  const auto outcome = write([&](sql::Connection& connection) {
    MeetingStore meetings(connection);
    const bool wrong =
        meetings.transition(meeting.id, MeetingState::reserved, MeetingState::failed, {}, now());
    const bool right = meetings.transition(meeting.id,
                                           MeetingState::starting,
                                           MeetingState::active,
                                           {.start_time = now(), .container_id = "c-1"},
                                           now());
    return std::pair(wrong, right);
  });
  const auto after =
      read([&](sql::Connection& connection) { return *MeetingStore(connection).find(meeting.id); });

  EXPECT_EQ(outcome, std::pair(false, true));
  EXPECT_EQ(after.status, MeetingState::active);
  EXPECT_EQ(after.start_time, now());
  EXPECT_EQ(after.state_since, now());
  EXPECT_EQ(after.updated_at, now());
  EXPECT_EQ(after.bot_container_id, "c-1");
  EXPECT_EQ(after.created_at, meeting.created_at);
}

TEST_P(MeetingContract, RecordsEachChangeWithItsSourceAndReason) {
  const auto meeting = meeting_in(MeetingState::active, "abc");

  write([&](sql::Connection& connection) {
    MeetingStore(connection)
        .transition(meeting.id,
                    MeetingState::active,
                    MeetingState::failed,
                    {.source = domain::ChangeSource::cleanup,
                     .reason = "silent",
                     .end_time = now(),
                     .failure_reason = "stale_active_timeout",
                     .stop_requested = true,
                     .data = R"({"error":"it was silent"})"},
                    now());
  });
  const auto after =
      read([&](sql::Connection& connection) { return *MeetingStore(connection).find(meeting.id); });

  const auto data = Json::parse(after.data);
  ASSERT_EQ(data["status_transition"].size(), 3u);
  const auto& last = data["status_transition"][2];
  EXPECT_EQ(last["from"], "active");
  EXPECT_EQ(last["to"], "failed");
  EXPECT_EQ(last["source"], domain::to_string(domain::ChangeSource::cleanup));
  EXPECT_EQ(last["reason"], "silent");
  EXPECT_EQ(last["timestamp"], "2025-11-21T21:20:00.000Z");
  EXPECT_EQ(data["failure_reason"], "stale_active_timeout");
  EXPECT_EQ(data["error"], "it was silent");
  EXPECT_EQ(after.failure_reason, "stale_active_timeout");
  EXPECT_EQ(after.end_time, now());
  EXPECT_TRUE(after.stop_requested);
}

TEST_P(MeetingContract, MergesDataMemberByMember) {
  const auto meeting = meeting_in(MeetingState::active, "abc");

  write([&](sql::Connection& connection) {
    MeetingStore meetings(connection);
    EXPECT_TRUE(meetings.merge_data(meeting.id, R"({"name":"N","notes":"x"})", now()));
    EXPECT_TRUE(meetings.merge_data(meeting.id, R"({"notes":null,"phase":"joining"})", now()));
    EXPECT_FALSE(meetings.merge_data(meeting.id + 1, "{}", now()));
  });

  const auto data = Json::parse(read([&](sql::Connection& connection) {
                                  return *MeetingStore(connection).find(meeting.id);
                                }).data);
  EXPECT_EQ(data["name"], "N");
  EXPECT_EQ(data["phase"], "joining");
  EXPECT_FALSE(data.contains("notes"));
  EXPECT_EQ(data["status_transition"].size(), 2u);
}

TEST_P(MeetingContract, KeepsSpeechAndTheWishToStop) {
  const auto meeting = meeting_in(MeetingState::active, "abc");

  write([&](sql::Connection& connection) {
    MeetingStore meetings(connection);
    EXPECT_TRUE(meetings.set_speech(meeting.id, "fr", std::nullopt, now()));
    EXPECT_TRUE(meetings.set_speech(meeting.id, std::nullopt, "translate", now()));
    EXPECT_TRUE(meetings.request_stop(meeting.id, now()));
    const auto after = meetings.find(meeting.id);
    EXPECT_EQ(after->language, "fr");
    EXPECT_EQ(after->task, "translate");
    EXPECT_TRUE(after->stop_requested);
  });
}

TEST_P(MeetingContract, KnowsWhoIsSilent) {
  const auto silent = meeting_in(MeetingState::active, "silent");
  const auto speaking = meeting_in(MeetingState::active, "speaking");
  const auto hanging = meeting_in(MeetingState::stopping, "hanging");
  clock_.advance(Millis(10'000));
  const auto limit = now();
  write([&](sql::Connection& connection) {
    MeetingStore(connection).touch_heartbeat(speaking.id, now());
  });
  meeting_in(MeetingState::active, "new");

  read([&](sql::Connection& connection) {
    MeetingStore meetings(connection);
    const auto active = meetings.stale(MeetingState::active, limit);
    ASSERT_EQ(active.size(), 1u);
    EXPECT_EQ(active[0].id, silent.id);
    const auto stopping = meetings.stale(MeetingState::stopping, limit);
    ASSERT_EQ(stopping.size(), 1u);
    EXPECT_EQ(stopping[0].id, hanging.id);
    EXPECT_TRUE(meetings.stale(MeetingState::reserved, limit).empty());
  });
}

TEST_P(MeetingContract, AnonymisesButKeepsHowItWent) {
  const auto meeting = meeting_in(MeetingState::active, "abc");
  write([&](sql::Connection& connection) {
    MeetingStore meetings(connection);
    SessionStore(connection).add({meeting.id, "uid", "secret"}, now());
    const NewSegment segment{"uid", "1", 0, 1, "hello"};
    TranscriptStore(connection).upsert(meeting.id, std::span(&segment, 1), now());
    meetings.transition(meeting.id,
                        MeetingState::active,
                        MeetingState::completed,
                        {.completion_reason = "stopped", .data = R"({"notes":"private"})"},
                        now());

    EXPECT_TRUE(meetings.anonymise(meeting.id, now()));
    EXPECT_FALSE(meetings.anonymise(meeting.id + 1, now()));
  });

  read([&](sql::Connection& connection) {
    const auto after = MeetingStore(connection).find(meeting.id);
    EXPECT_EQ(after->native_meeting_id, std::nullopt);
    EXPECT_EQ(after->constructed_meeting_url, std::nullopt);
    const auto data = Json::parse(after->data);
    EXPECT_EQ(data["redacted"], true);
    EXPECT_EQ(data["completion_reason"], "stopped");
    EXPECT_EQ(data["status_transition"].size(), 3u);
    EXPECT_FALSE(data.contains("notes"));
    EXPECT_EQ(TranscriptStore(connection).count(meeting.id), 0);
    EXPECT_EQ(SessionStore(connection).of_meeting(meeting.id).size(), 1u);
    EXPECT_EQ(MeetingStore(connection).find_newest(user_, "google_meet", "abc"), std::nullopt);
  });
}

TEST_P(MeetingContract, FollowsASessionByItsUidAndItsSecret) {
  const auto meeting = meeting_in(MeetingState::starting, "abc");

  write([&](sql::Connection& connection) {
    SessionStore sessions(connection);
    sessions.add({meeting.id, "uid", "sha", "bot-abc", "simulated"}, now());
    const auto added = sessions.find_by_uid("uid");
    ASSERT_TRUE(added.has_value());
    EXPECT_EQ(added->meeting_id, meeting.id);
    EXPECT_EQ(added->container_id, "bot-abc");
    EXPECT_EQ(added->runtime, "simulated");
    EXPECT_EQ(added->started_at, now());
    EXPECT_EQ(added->ended_at, std::nullopt);
    EXPECT_EQ(sessions.find_by_secret("sha"), added);
    EXPECT_EQ(sessions.find_by_secret("other"), std::nullopt);
    EXPECT_TRUE(sessions.set_container("uid", "c-2"));

    EXPECT_TRUE(sessions.end("uid", 0, now()));
    EXPECT_FALSE(sessions.end("uid", 1, now()));
    const auto ended = sessions.find_by_uid("uid");
    EXPECT_EQ(ended->exit_code, 0);
    EXPECT_EQ(ended->ended_at, now());
    EXPECT_EQ(ended->container_id, "c-2");
  });
}

TEST_P(MeetingContract, MovesTheLastSignOfLifeNeverBack) {
  const auto meeting = meeting_in(MeetingState::active, "abc");

  write([&](sql::Connection& connection) {
    SessionStore sessions(connection);
    sessions.add({meeting.id, "uid", "sha"}, now());
    const std::vector<Heartbeat> several = {{"uid", 20}, {"unknown", 20}, {"uid", 10}};
    EXPECT_EQ(sessions.heartbeats(several), 2u);
    EXPECT_EQ(sessions.find_by_uid("uid")->last_heartbeat_at, 20);
    EXPECT_EQ(MeetingStore(connection).find(meeting.id)->heartbeat_at, 20);

    sessions.end("uid", 0, now());
    EXPECT_FALSE(sessions.heartbeat("uid", 30));
    EXPECT_EQ(MeetingStore(connection).find(meeting.id)->heartbeat_at, 20);
  });
}

TEST_P(MeetingContract, KeepsASegmentOnceAndInTheOrderSpoken) {
  const auto meeting = meeting_in(MeetingState::active, "abc");
  const std::vector<NewSegment> spoken = {
      {"second", "c", 0.5, 1, "third", "Bo", "fr"},
      {"first", "b", 2, 3, "second", "Al", "en"},
      {"first", "a", 1, 2, "fir", "Al", "en"},
      {"first", "a", 1, 2, "first", "Al", "en"},
  };

  write([&](sql::Connection& connection) {
    SessionStore sessions(connection);
    sessions.add({meeting.id, "first", "s1"}, 1'000);
    sessions.add({meeting.id, "second", "s2"}, 60'000);
    TranscriptStore(connection).upsert(meeting.id, spoken, now());
  });

  write([&](sql::Connection& connection) {
    TranscriptStore transcripts(connection);
    const auto segments = transcripts.of_meeting(meeting.id);
    ASSERT_EQ(segments.size(), 3u);
    EXPECT_EQ(segments[0].text, "first");
    EXPECT_EQ(segments[1].text, "second");
    EXPECT_EQ(segments[2].text, "third");
    EXPECT_EQ(segments[2].session_started_at, 60'000);
    EXPECT_EQ(transcripts.speakers(meeting.id), (std::vector<std::string>{"Al", "Bo"}));
    EXPECT_EQ(transcripts.languages(meeting.id), (std::vector<std::string>{"en", "fr"}));
    EXPECT_EQ(transcripts.remove(meeting.id), 3u);
    EXPECT_TRUE(transcripts.of_meeting(meeting.id).empty());
  });
}

TEST_P(MeetingContract, TakesACommandFromSentToAcknowledged) {
  const auto meeting = meeting_in(MeetingState::active, "abc");

  write([&](sql::Connection& connection) {
    CommandStore commands(connection);
    const auto first = commands.add({meeting.id, "uid", "reconfigure", R"({"language":"fr"})"}, 1);
    const auto second = commands.add({meeting.id, "uid", "leave"}, 2);
    EXPECT_EQ(first.status, "sent");
    EXPECT_EQ(commands.undelivered("uid", 0).size(), 2u);
    EXPECT_EQ(commands.undelivered("uid", first.id).size(), 1u);
    EXPECT_TRUE(commands.undelivered("other", 0).empty());

    EXPECT_TRUE(commands.mark_delivered(first.id, 3));
    EXPECT_FALSE(commands.mark_delivered(first.id, 4));
    EXPECT_EQ(commands.undelivered("uid", 0).size(), 2u);
    EXPECT_FALSE(commands.acknowledge(first.id, "other", "{}", 5));
    EXPECT_TRUE(commands.acknowledge(first.id, "uid", R"({"language":"fr"})", 5));
    EXPECT_FALSE(commands.acknowledge(first.id, "uid", "{}", 6));
    EXPECT_EQ(commands.undelivered("uid", 0), std::vector{second});
    EXPECT_EQ(commands.count_open("uid"), 1);
    EXPECT_EQ(commands.count_open("other"), 0);

    const auto done = commands.find(first.id);
    EXPECT_EQ(done->status, "acknowledged");
    EXPECT_EQ(done->delivered_at, 3);
    EXPECT_EQ(done->acknowledged_at, 5);
    EXPECT_EQ(done->result, R"({"language":"fr"})");
    EXPECT_EQ(commands.of_meeting(meeting.id).front().id, first.id);
  });
}

TEST_P(MeetingContract, RemovesTheMeetingsOfOneUser) {
  const auto meeting = meeting_in(MeetingState::active, "abc");
  write([&](sql::Connection& connection) {
    SessionStore(connection).add({meeting.id, "uid", "sha"}, now());
    CommandStore(connection).add({meeting.id, "uid", "leave"}, 1);

    MeetingStore(connection).remove_of_user(user_);

    EXPECT_TRUE(MeetingStore(connection).list_all({}).empty());
    EXPECT_EQ(SessionStore(connection).find_by_uid("uid"), std::nullopt);
    EXPECT_TRUE(CommandStore(connection).of_meeting(meeting.id).empty());
  });
}

INSTANTIATE_TEST_SUITE_P(Store, MeetingContract, testing::ValuesIn(engines()), name_of_case);

}  // namespace
}  // namespace bot::store
