#include "cli/key_source.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/cli/program.hpp"

namespace bot::cli {
namespace {

TEST(ReadKey, TakesOneLineWithoutItsNewline) {
  const Program program;
  program.write("k", "  secret-1\n", 0600);

  EXPECT_EQ(*read_key({.from = KeyFile{program.path("k")}, .name = "f"}), "secret-1");
  EXPECT_EQ(*read_key({.from = KeyCommand{{"echo", "secret-2"}}, .name = "c"}), "secret-2");
  EXPECT_EQ(*read_key({.from = KeyValue{"secret-3"}, .name = "v"}), "secret-3");
}

TEST(ReadKey, RefusesWhatIsNoKeyWithoutShowingIt) {
  for (const std::string text : {"", "   ", "two words", "two\nlines", "caf\xC3\xA9", "a\x01z"}) {
    const auto key = read_key({.from = KeyValue{text}, .name = "BOTCTL_API_KEY"});
    ASSERT_FALSE(key.has_value()) << text;
    EXPECT_EQ(key.error().code, Errc::invalid_argument);
    EXPECT_NE(key.error().message.find("BOTCTL_API_KEY"), std::string::npos);
    EXPECT_EQ(key.error().message.find("words"), std::string::npos);
  }
  EXPECT_FALSE(read_key({.from = KeyValue{std::string(5000, 'x')}, .name = "v"}).has_value());
}

TEST(ReadKey, TellsThatACommandFailed) {
  for (const auto& argv :
       {std::vector<std::string>{"false"}, std::vector<std::string>{"/no/such/program"}}) {
    const auto key = read_key({.from = KeyCommand{argv}, .name = "context 'a'"});
    ASSERT_FALSE(key.has_value());
    EXPECT_EQ(key.error().code, Errc::unauthenticated);
    EXPECT_NE(key.error().message.find("context 'a'"), std::string::npos);
  }
}

TEST(ReadKey, DoesNotWaitForEverForACommandThatPrintsTooMuch) {
  const auto key = read_key({.from = KeyCommand{{"yes"}}, .name = "c"});

  EXPECT_FALSE(key.has_value());
}

TEST(WritePrivateFile, MakesAFileForItsOwnerAndNeverOverwrites) {
  const Program program;
  const auto path = program.path("out.key");

  ASSERT_TRUE(write_private_file(path, "secret\n").has_value());

  struct stat facts {};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 0777U, 0600U);
  EXPECT_FALSE(write_private_file(path, "other\n").has_value());
  EXPECT_EQ(*read_private_file(path, "x"), "secret\n");
}

}  // namespace
}  // namespace bot::cli
