#include "server/domain/speech.hpp"

#include <gtest/gtest.h>

namespace bot::domain {
namespace {

TEST(Speech, KnowsItsLanguages) {
  for (const auto* code : {"af", "en", "haw", "yue", "zh"})
    EXPECT_TRUE(is_language(code)) << code;
  for (const auto* code : {"", "xx", "EN", "zz"})
    EXPECT_FALSE(is_language(code)) << code;
}

TEST(Speech, RefusalsSayWhatIsAccepted) {
  EXPECT_EQ(task_problem("sing"),
            "Invalid task 'sing'. Must be one of: ['transcribe', 'translate']");
  EXPECT_TRUE(language_problem("xx")->starts_with(
      "Invalid language code 'xx'. Must be one of: ['af', 'am', "));
  EXPECT_EQ(task_problem("translate"), std::nullopt);
  EXPECT_TRUE(languages_problem({"de", "zz", "yy"})
                  ->starts_with("Invalid language codes: ['zz', 'yy']. Must be one of: ['af', "));
  EXPECT_EQ(languages_problem({"de", "en"}), std::nullopt);
  EXPECT_EQ(languages_problem({}), std::nullopt);
}

}  // namespace
}  // namespace bot::domain
