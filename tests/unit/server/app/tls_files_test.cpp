#include "server/app/tls_files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/ids.hpp"
#include "tests/fakes/client/certificate.hpp"

namespace bot::app {
namespace {

class TlsFilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(directory_);
    write("cert.pem", certificate_.pem(), 0644);
    write("key.pem", certificate_.key_pem(), 0600);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  void write(const std::string& name, const std::string& content, mode_t mode) {
    std::ofstream(path(name)) << content;
    ::chmod(path(name).c_str(), mode);
  }
  Result<LoadedTls> load() const { return load_tls({path("cert.pem"), path("key.pem")}); }

  client::Certificate certificate_{"DNS:bots.example"};
  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("tls-files-" + random_hex(8));
};

TEST_F(TlsFilesTest, AreReadTogether) {
  const auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_TRUE(loaded->identity->covers("bots.example"));
  EXPECT_EQ(loaded->chain, certificate_.pem());
}

TEST_F(TlsFilesTest, AKeyThatOthersMayReadIsRefusedWithTheRemedy) {
  for (const mode_t mode : {0644U, 0604U, 0660U, 0620U}) {
    ::chmod(path("key.pem").c_str(), mode);
    const auto loaded = load();
    ASSERT_FALSE(loaded) << std::oct << mode;
    EXPECT_EQ(loaded.error().code, Errc::forbidden);
    EXPECT_EQ(loaded.error().hint, "run: chmod 600 " + path("key.pem"));
  }
}

TEST_F(TlsFilesTest, AKeyOfRootMayBeReadableByItsGroup) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make files of root";
  ::chmod(path("key.pem").c_str(), 0640);
  EXPECT_TRUE(load());
  ASSERT_EQ(::chown(path("key.pem").c_str(), 65534, 65534), 0);
  const auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().hint, "run: chmod 600 " + path("key.pem"));
}

TEST_F(TlsFilesTest, SayWhichOfThemIsMissingOrWrong) {
  std::filesystem::remove(path("key.pem"));
  auto loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::not_found);
  EXPECT_NE(loaded.error().message.find(path("key.pem")), std::string::npos);
  EXPECT_NE(loaded.error().hint.find("--tls-key"), std::string::npos);

  std::filesystem::remove(path("cert.pem"));
  loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::not_found);
  EXPECT_NE(loaded.error().message.find(path("cert.pem")), std::string::npos);

  const client::Certificate other("DNS:other.example");
  write("cert.pem", certificate_.pem(), 0644);
  write("key.pem", other.key_pem(), 0600);
  loaded = load();
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::invalid_argument);
  EXPECT_EQ(loaded.error().message,
            "--tls-cert " + path("cert.pem") + ", --tls-key " + path("key.pem") +
                ": the key does not belong to the certificate");
}

}  // namespace
}  // namespace bot::app
