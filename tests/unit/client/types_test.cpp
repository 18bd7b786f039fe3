#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "client/types/account.hpp"
#include "client/types/audit.hpp"
#include "client/types/command.hpp"
#include "client/types/job.hpp"
#include "client/types/job_event.hpp"
#include "client/types/job_statistics.hpp"
#include "client/types/lane.hpp"
#include "client/types/meeting.hpp"
#include "client/types/queue_history.hpp"
#include "client/types/queue_item.hpp"
#include "client/types/service.hpp"
#include "client/types/token.hpp"
#include "client/types/transcript.hpp"
#include "client/types/user.hpp"
#include "client/types/webhook.hpp"
#include "client/types/worker.hpp"

namespace bot::types {
namespace {

const std::filesystem::path golden = "tests/golden/types";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Reads the text as a T and writes it again.
template <typename T>
Json through(const std::string& text) {
  auto value = parse_as<T>(text, "a golden file");
  if (!value) {
    ADD_FAILURE() << value.error().message;
    return {};
  }
  Json written;
  to_json(written, *value);
  EXPECT_EQ(written.get<T>(), *value);
  return written;
}

const std::map<std::string, std::function<Json(const std::string&)>> types{
    {"accepted", through<Accepted>},
    {"account", through<Account>},
    {"account_answer", through<AccountAnswer>},
    {"account_page", through<AccountPage>},
    {"account_statistics", through<AccountStatistics>},
    {"account_tokens", through<AccountTokens>},
    {"audit_entry", through<AuditEntry>},
    {"audit_list", through<AuditList>},
    {"bot_command", through<BotCommand>},
    {"bot_command_list", through<BotCommandList>},
    {"bots_status", through<BotsStatus>},
    {"delivery", through<Delivery>},
    {"delivery_list", through<DeliveryList>},
    {"generated_jobs", through<GeneratedJobs>},
    {"health", through<Health>},
    {"identity", through<Identity>},
    {"job", through<Job>},
    {"job_answer", through<JobAnswer>},
    {"job_detail", through<JobDetail>},
    {"job_event", through<JobEvent>},
    {"job_event_page", through<JobEventPage>},
    {"job_list", through<JobList>},
    {"job_statistics", through<JobStatistics>},
    {"lane", through<Lane>},
    {"lane_list", through<LaneList>},
    {"meeting", through<Meeting>},
    {"meeting_list", through<MeetingList>},
    {"message", through<Message>},
    {"purged", through<Purged>},
    {"queue_day", through<QueueDay>},
    {"queue_history", through<QueueHistory>},
    {"queue_item", through<QueueItem>},
    {"queue_item_event", through<QueueItemEvent>},
    {"queue_item_list", through<QueueItemList>},
    {"running_bot", through<RunningBot>},
    {"segment", through<Segment>},
    {"session", through<Session>},
    {"timeline", through<Timeline>},
    {"token", through<Token>},
    {"transcript", through<Transcript>},
    {"transition", through<Transition>},
    {"user", through<User>},
    {"user_detail", through<UserDetail>},
    {"version", through<Version>},
    {"webhook", through<Webhook>},
    {"worker", through<Worker>},
    {"worker_list", through<WorkerList>},
};

TEST(WireTypes, EachIsWrittenAsItsGoldenFileSays) {
  for (const auto& [name, read_and_write] : types) {
    SCOPED_TRACE(name);
    const auto text = read_file(golden / (name + ".json"));
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(read_and_write(text).dump(2) + "\n", text);
  }
}

TEST(WireTypes, NoGoldenFileIsLeftUnread) {
  std::set<std::string> unread;
  for (const auto& entry : std::filesystem::directory_iterator(golden)) {
    if (!types.contains(entry.path().stem())) unread.insert(entry.path().filename());
  }
  EXPECT_EQ(unread, std::set<std::string>{});
}

TEST(WireTypes, UnknownFieldsAndStatesOfANewerServerAreTaken) {
  const auto meeting = parse_as<Meeting>(
      R"({"id":1,"platform":"jitsi","status":"needs_human_help","shared":true,"user_id":2})", "");
  ASSERT_TRUE(meeting.has_value()) << meeting.error().message;
  EXPECT_EQ(meeting->platform, "jitsi");
  EXPECT_EQ(meeting->status, "needs_human_help");
}

TEST(WireTypes, LiveSegmentsMaySpellTheEndDifferently) {
  const auto segment = parse_as<Segment>(R"({"start":1,"end_time":2.5,"text":"so"})", "");
  ASSERT_TRUE(segment.has_value()) << segment.error().message;
  EXPECT_EQ(segment->end, 2.5);
}

TEST(WireTypes, AWebhookOfOlderServersIsReadFromTheUser) {
  const auto webhook =
      parse_as<Webhook>(R"({"id":1,"email":"a@b.c","data":{"webhook_url":"https://x"}})", "");
  ASSERT_TRUE(webhook.has_value()) << webhook.error().message;
  EXPECT_EQ(webhook->webhook_url, "https://x");
}

TEST(ParseAs, AMissingFieldIsNamed) {
  const auto user = parse_as<User>(R"({"email":"a@b.c"})", "a user");
  ASSERT_FALSE(user.has_value());
  EXPECT_EQ(user.error().code, Errc::protocol);
  EXPECT_EQ(user.error().message, "the answer is not a user: key 'id' not found");
}

TEST(ParseAs, AWrongTypeIsAnErrorAndNotACrash) {
  for (const auto* text :
       {"[]", "3", "null", "\"x\"", R"({"meetings":{}})", R"({"meetings":[3]})"}) {
    EXPECT_EQ(parse_as<MeetingList>(text, "").has_value(), false) << text;
  }
}

TEST(Parse, BrokenOffTextIsSaidToBeBrokenOffAndNotQuoted) {
  const auto broken = parse(R"({"id":1,"token":"half-of-a-secr)");
  ASSERT_FALSE(broken.has_value());
  EXPECT_EQ(broken.error().message,
            "the answer is broken off: its JSON ends too early, after byte 31");
}

TEST(Parse, AnObjectWithHostilelyManyMembersIsRefusedQuickly) {
  std::string text = "{";
  for (int i = 0; i < 300'000; ++i)
    text += "\"k" + std::to_string(i) + "\":1,";
  text += "\"last\":1}";
  const auto parsed = parse(text);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().message, "the answer holds an object with more than 10000 members");
}

TEST(Parse, AnAnswerThatIsNestedWithoutEndIsRefused) {
  const auto nested = [](std::size_t levels) {
    return parse(std::string(levels, '[') + std::string(levels, ']'));
  };
  EXPECT_TRUE(nested(256).has_value());
  ASSERT_FALSE(nested(30'000).has_value());
  EXPECT_EQ(nested(30'000).error().message, "the answer is nested more than 256 deep");
}

TEST(Parse, LargeAnswersOfOrdinaryObjectsAreTaken) {
  auto list = Json::array();
  for (int i = 0; i < 20'000; ++i)
    list.push_back(Json{{"id", i}, {"name", "x"}});
  const auto parsed = parse(list.dump());
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->size(), 20'000U);
}

}  // namespace
}  // namespace bot::types
