// man/botd.8 is made by the program; what is committed must be what it makes now. After a change:
// `botd __man > man/botd.8`.
#include "server/app/man_page.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/text.hpp"
#include "server/app/config.hpp"

namespace bot::app {
namespace {

std::string page() {
  std::ostringstream text;
  write_man_page(text);
  return text.str();
}

TEST(ManPage, IsAsCommitted) {
  std::ifstream file("man/botd.8");
  std::ostringstream committed;
  committed << file.rdbuf();
  EXPECT_EQ(committed.str(), page()) << "run `botd __man > man/botd.8`";
}

TEST(ManPage, HasNoErrors) {
  if (std::system("command -v mandoc >/dev/null") != 0) GTEST_SKIP() << "mandoc is not installed";
  EXPECT_EQ(std::system("mandoc -T lint -W error man/botd.8"), 0);
}

TEST(ManPage, NamesEverySetting) {
  const auto text = page();
  for (const auto* table : {&settings(), &worker_settings(), &health_settings()}) {
    for (const auto& setting : *table) {
      const auto flag = "\\-\\-" + replace_all(setting.name, "-", "\\-");
      EXPECT_NE(text.find(flag), std::string::npos) << setting.name;
      EXPECT_NE(text.find(setting.also), std::string::npos) << setting.name;
    }
  }
}

}  // namespace
}  // namespace bot::app
