#include "server/app/private_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "base/ids.hpp"

namespace bot::app {
namespace {

class PrivateFile : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(directory_); }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  static unsigned mode_of(const std::string& path) {
    struct stat facts {};
    EXPECT_EQ(stat(path.c_str(), &facts), 0);
    return facts.st_mode & 0777U;
  }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("private-file-" + random_hex(8));
};

TEST_F(PrivateFile, IsWrittenForItsOwnerOnlyAndReadBack) {
  ASSERT_TRUE(write_private_file(path("key"), "secret"));
  ASSERT_TRUE(write_private_file(path("key"), "newer"));

  EXPECT_EQ(mode_of(path("key")), 0600U);
  EXPECT_EQ(*read_private_file(path("key")), "newer");
}

TEST_F(PrivateFile, ThatOthersMayReadIsRefusedWithTheRemedy) {
  std::ofstream(path("key")) << "hunter2";
  std::filesystem::permissions(path("key"), std::filesystem::perms(0640));

  const auto held = read_private_file(path("key"));

  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().hint, "run: chmod 600 " + path("key"));
  EXPECT_EQ(held.error().message.find("hunter2"), std::string::npos);
}

TEST_F(PrivateFile, ThatIsNotThereIsNotFound) {
  const auto held = read_private_file(path("none"));

  ASSERT_FALSE(held);
  EXPECT_EQ(held.error().code, Errc::not_found);
}

TEST_F(PrivateFile, ADirectoryThatCannotBeMadeNamesWhatIsInTheWay) {
  std::ofstream(path("file")) << "";

  const auto made = make_private_directory(path("file/a/b"));

  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Errc::forbidden);
  EXPECT_EQ(made.error().message, "cannot make " + path("file/a") + ": Not a directory");
}

TEST_F(PrivateFile, DirectoriesAreMadeForTheirOwnerOnly) {
  ASSERT_TRUE(make_private_directory(path("a/b/c")));
  ASSERT_TRUE(make_private_directory(path("a/b/c")));

  EXPECT_EQ(mode_of(path("a/b/c")), 0700U);
}

TEST_F(PrivateFile, ADirectoryInThePlaceOfAFileIsAnErrorAndLeavesNothingBehind) {
  std::filesystem::create_directories(path("key/inside"));

  EXPECT_FALSE(write_private_file(path("key"), "secret"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 1);
}

}  // namespace
}  // namespace bot::app
