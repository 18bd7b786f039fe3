// The completion scripts, in the shells that they are for.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace bot::cli {
namespace {

std::string output_of(const std::string& command) {
  FILE* pipe = ::popen(("PATH=" BOTCTL_BIN_DIR ":$PATH " + command).c_str(), "r");
  if (pipe == nullptr) return "no pipe";
  std::string text;
  std::array<char, 512> buffer{};
  for (std::size_t got = 0; (got = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
    text.append(buffer.data(), got);
  }
  ::pclose(pipe);
  return text;
}

bool is_installed(const std::string& program) {
  return std::system(("command -v " + program + " >/dev/null").c_str()) == 0;
}

std::string in_bash(const std::string& line) {
  return output_of("bash --norc -c '. completions/botctl.bash; COMP_LINE=\"" + line +
                   "\"; COMP_POINT=${#COMP_LINE}; _botctl; printf \"%s\\n\" \"${COMPREPLY[@]}\"'");
}

TEST(BashCompletion, CompletesCommandsOptionsAndValues) {
  if (!is_installed("bash")) GTEST_SKIP() << "bash is not installed";
  EXPECT_EQ(in_bash("botctl us"), "users\n");
  EXPECT_EQ(in_bash("botctl users "), "list\nget\ncreate\nensure\nupdate\ndelete\n");
  EXPECT_EQ(in_bash("botctl users list --lim"), "--limit\n");
  EXPECT_EQ(in_bash("botctl users list -o js"), "json\n");
  EXPECT_EQ(in_bash("botctl users list --output=js"), "json\n");
}

TEST(FishCompletion, CompletesCommandsOptionsAndValues) {
  if (!is_installed("fish")) GTEST_SKIP() << "fish is not installed";
  const auto in_fish = [](const std::string& line) {
    return output_of("fish -N -c 'source completions/botctl.fish; complete -C \"" + line + "\"'");
  };
  EXPECT_NE(in_fish("botctl us").find("users\tUsers of the service"), std::string::npos);
  EXPECT_NE(in_fish("botctl users ").find("ensure\t"), std::string::npos);
  EXPECT_NE(in_fish("botctl users list --lim").find("--limit\t"), std::string::npos);
  EXPECT_NE(in_fish("botctl users list -o js").find("json"), std::string::npos);
}

TEST(ZshCompletion, CompletesWhatIsTyped) {
  if (!is_installed("zsh")) GTEST_SKIP() << "zsh is not installed";
  const auto in_zsh = [](const std::string& line, const std::string& expected) {
    return output_of("timeout 30 zsh -f tests/e2e/cli_zsh_driver.zsh \"$PWD/completions\" '" +
                     line + "' '" + expected + "'");
  };
  EXPECT_NE(in_zsh("botctl users ens", "users ensure").find("users ensure"), std::string::npos);
  EXPECT_NE(in_zsh("botctl users list --lim", "--limit").find("--limit"), std::string::npos);
}

}  // namespace
}  // namespace bot::cli
