#include "server/app/data_dir.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/ids.hpp"

namespace bot::app {
namespace {

namespace fs = std::filesystem;

class DataDirectory : public testing::Test {
 protected:
  void TearDown() override { fs::remove_all(root_); }

  DataDir open() {
    auto opened = DataDir::open(path_);
    EXPECT_TRUE(opened) << (opened ? "" : opened.error().message);
    return std::move(opened).value();
  }
  std::string content(const std::string& name) const {
    std::ifstream file(path_ / name);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  unsigned mode_of(const fs::path& path) const {
    struct stat facts {};
    EXPECT_EQ(stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 0777U;
  }

  const fs::path root_ = fs::temp_directory_path() / ("data-dir-" + random_hex(8));
  const fs::path path_ = root_ / "state" / "botd";
};

TEST_F(DataDirectory, IsMadeForItsOwnerOnly) {
  const auto directory = open();

  EXPECT_EQ(mode_of(path_), 0700U);
  EXPECT_EQ(directory.database_path(), (path_ / "botd.db").string());
}

TEST_F(DataDirectory, IsHeldByOneServerAtATime) {
  {
    const auto first = open();
    const auto second = DataDir::open(path_);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::conflict);
    EXPECT_EQ(second.error().message, "another botd serves from " + path_.string());
    EXPECT_NE(second.error().hint.find("--data-dir"), std::string::npos);
  }
  EXPECT_TRUE(DataDir::open(path_));
}

TEST_F(DataDirectory, StaysHeldWhenItIsMoved) {
  auto first = open();
  const auto moved = std::move(first);
  EXPECT_FALSE(DataDir::open(path_));
}

TEST_F(DataDirectory, ThatCannotBeMadeIsToldWithTheRemedy) {
  fs::create_directories(path_.parent_path());
  std::ofstream(path_) << "a file is in the way";

  const auto opened = DataDir::open(path_);

  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find(path_.string()), std::string::npos);
  EXPECT_EQ(opened.error().hint, "choose another with --data-dir");
}

TEST_F(DataDirectory, MakesASecretOnceAndKeepsIt) {
  const auto directory = open();
  const auto made = directory.secret("admin.key");

  ASSERT_TRUE(made);
  EXPECT_EQ(made->size(), 48U);
  EXPECT_EQ(mode_of(path_ / "admin.key"), 0600U);
  EXPECT_EQ(content("admin.key"), *made + "\n");
  EXPECT_EQ(*directory.secret("admin.key"), *made);
  EXPECT_NE(*directory.secret("server.secret"), *made);
}

TEST_F(DataDirectory, ReadsASecretThatSomebodyWrote) {
  const auto directory = open();
  std::ofstream(path_ / "admin.key") << "  mine\n";
  fs::permissions(path_ / "admin.key", fs::perms(0600));

  EXPECT_EQ(*directory.secret("admin.key"), "mine");
}

TEST_F(DataDirectory, RefusesSecretsThatAreEmptyOrNotSecret) {
  const auto directory = open();
  std::ofstream(path_ / "admin.key") << "\n";
  fs::permissions(path_ / "admin.key", fs::perms(0600));
  const auto empty = directory.secret("admin.key");
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().message, (path_ / "admin.key").string() + " is empty");

  std::ofstream(path_ / "admin.key") << "hunter2";
  fs::permissions(path_ / "admin.key", fs::perms(0644));
  const auto open_to_all = directory.secret("admin.key");
  ASSERT_FALSE(open_to_all);
  EXPECT_EQ(open_to_all.error().message.find("hunter2"), std::string::npos);
}

TEST_F(DataDirectory, TellsTheEndpointAsLongAsTheServerLives) {
  {
    auto directory = open();
    EXPECT_FALSE(fs::exists(path_ / "endpoint"));
    ASSERT_TRUE(directory.announce("http://127.0.0.1:8056"));
    EXPECT_EQ(content("endpoint"), "http://127.0.0.1:8056\n");
    EXPECT_EQ(mode_of(path_ / "endpoint"), 0600U);
  }
  EXPECT_FALSE(fs::exists(path_ / "endpoint"));
}

TEST_F(DataDirectory, TellsWhomToTrustThereWithTls) {
  {
    auto directory = open();
    ASSERT_TRUE(directory.announce("https://bots.example:8056", "the chain\n"));
    EXPECT_EQ(content("endpoint"), "https://bots.example:8056\n");
    EXPECT_EQ(content("endpoint.pem"), "the chain\n");
    ASSERT_TRUE(directory.announce("https://bots.example:8056", "the next\n"));
    EXPECT_EQ(content("endpoint.pem"), "the next\n");
  }
  EXPECT_FALSE(fs::exists(path_ / "endpoint.pem"));
}

TEST_F(DataDirectory, DropsTheCertificateThatAKilledServerLeft) {
  auto directory = open();
  std::ofstream(path_ / "endpoint.pem") << "old";
  ASSERT_TRUE(directory.announce("http://127.0.0.1:8056"));
  EXPECT_FALSE(fs::exists(path_ / "endpoint.pem"));
}

TEST_F(DataDirectory, RemembersWhereBotsCall) {
  EXPECT_EQ(open().callback_port(), std::nullopt);
  ASSERT_TRUE(open().keep_callback_port(43210));
  EXPECT_EQ(open().callback_port(), std::uint16_t{43210});
  for (const auto* nonsense : {"", "x", "0", "65536"}) {
    std::ofstream(path_ / "callback.port") << nonsense;
    EXPECT_EQ(open().callback_port(), std::nullopt) << nonsense;
  }
}

TEST_F(DataDirectory, LeavesTheEndpointOfAnotherServerAlone) {
  auto directory = open();
  ASSERT_TRUE(directory.announce("http://127.0.0.1:8056"));
  { const auto loser = DataDir::open(path_); }
  EXPECT_TRUE(fs::exists(path_ / "endpoint"));
}

}  // namespace
}  // namespace bot::app
