#include "suites/spawned_server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "client/health.hpp"
#include "client/http/curl_transport.hpp"

namespace bot::suites {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

std::string file_text(const fs::path& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

SmokeOptions with_program(const std::string& program) {
  SmokeOptions options;
  options.spawn_server = true;
  options.botd_path = program;
  return options;
}

TEST(SpawnedServer, ServesUntilItIsStoppedAndLeavesNothing) {
  auto server = SpawnedServer::start(with_program(FAKE_BOTD));
  ASSERT_TRUE(server) << server.error().message << server.error().hint;
  const client::Client client(client::make_curl_transport((*server)->origin()),
                              {.server = (*server)->origin()});
  EXPECT_TRUE(client::check_health(client));
  const auto directory = (*server)->directory();
  EXPECT_TRUE(fs::exists(directory));
  EXPECT_TRUE((*server)->stop());
  server->reset();
  EXPECT_FALSE(fs::exists(directory));
}

TEST(SpawnedServer, IsGivenItsKeyAndNothingElseOfOurs) {
  setenv("SECRET_OF_THE_CALLER", "hush", 1);
  auto server = SpawnedServer::start(with_program(FAKE_BOTD));
  unsetenv("SECRET_OF_THE_CALLER");
  ASSERT_TRUE(server) << server.error().message << server.error().hint;
  const auto seen = file_text((*server)->directory() + "/seen");
  EXPECT_THAT(seen, HasSubstr("variable BOTD_ADMIN_KEY=" + (*server)->admin_key()));
  EXPECT_THAT(seen, Not(HasSubstr("SECRET_OF_THE_CALLER")));
  std::istringstream lines(seen);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("argument ")) {
      EXPECT_THAT(line, Not(HasSubstr((*server)->admin_key())));
    }
  }
}

TEST(SpawnedServer, ShowsTheEndOfTheLogWhenItDies) {
  const auto name = fs::temp_directory_path() / ("botd-test-" + std::to_string(getpid()) + "-dies");
  fs::create_symlink(FAKE_BOTD, name);
  const auto server = SpawnedServer::start(with_program(name));
  fs::remove(name);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::unreachable);
  EXPECT_THAT(server.error().hint, HasSubstr("the port is *** taken"));
}

TEST(SpawnedServer, SaysThatThereIsNoProgram) {
  const auto server = SpawnedServer::start(with_program("/nowhere/botd"));
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::invalid_argument);
  EXPECT_THAT(server.error().hint, HasSubstr("--botd"));
}

TEST(SpawnedServer, SaysThatItHasNoPlaceForItsData) {
  setenv("TMPDIR", "/nowhere", 1);
  const auto server = SpawnedServer::start(with_program(FAKE_BOTD));
  unsetenv("TMPDIR");
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, Errc::invalid_argument);
  EXPECT_THAT(server.error().hint, HasSubstr("TMPDIR"));
}

TEST(SpawnedServer, KeepsItsDataWhenAsked) {
  auto options = with_program(FAKE_BOTD);
  options.keep = true;
  auto server = SpawnedServer::start(options);
  ASSERT_TRUE(server) << server.error().message << server.error().hint;
  const auto directory = (*server)->directory();
  EXPECT_TRUE((*server)->stop());
  server->reset();
  EXPECT_TRUE(fs::exists(directory));
  fs::remove_all(directory);
}

}  // namespace
}  // namespace bot::suites
