#include "server/app/privileges.hpp"

#include <grp.h>
#include <gtest/gtest.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>

#include "base/ids.hpp"

namespace bot::app {
namespace {

// What a step returns in a process of its own, which it may spoil.
int in_child(const std::function<int()>& step) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(step());
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Account, IsFoundByNameWithItsOwnGroupOrAnother) {
  const auto own = find_account("nobody");
  ASSERT_TRUE(own) << own.error().message;
  EXPECT_NE(own->uid, 0U);
  const auto other = find_account("nobody:daemon");
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->uid, own->uid);
  EXPECT_EQ(other->gid, ::getgrnam("daemon")->gr_gid);
}

TEST(Account, ThatIsNoneOrRootIsRefusedByName) {
  for (const auto* name : {"no-such-user", "nobody:no-such-group", "root", "root:daemon"}) {
    const auto account = find_account(name);
    ASSERT_FALSE(account) << name;
    EXPECT_EQ(account.error().code, Errc::invalid_argument);
    EXPECT_NE(account.error().hint, "");
  }
}

class Privileges : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root has privileges to give up";
    std::filesystem::create_directories(directory_);
    std::filesystem::permissions(directory_, std::filesystem::perms(0755));
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  static uid_t owner_of(const std::filesystem::path& path) {
    struct stat facts {};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_uid;
  }

  std::filesystem::path directory_ =
      std::filesystem::temp_directory_path() / ("privileges-" + random_hex(8));
};

TEST_F(Privileges, AreGoneForGood) {
  const auto account = *find_account("nobody:daemon");
  const auto outcome = in_child([&] {
    if (!become(account)) return 1;
    uid_t real = 0;
    uid_t effective = 0;
    uid_t saved = 0;
    ::getresuid(&real, &effective, &saved);
    if (real != account.uid || effective != account.uid || saved != account.uid) return 2;
    if (::getegid() != account.gid || ::getgid() != account.gid) return 3;
    if (::setuid(0) == 0 || ::setegid(0) == 0) return 4;
    gid_t groups[64] = {};
    const int count = ::getgroups(64, groups);
    for (int i = 0; i < count; ++i) {
      if (groups[i] == 0) return 5;
    }
    return 0;
  });
  EXPECT_EQ(outcome, 0);
}

TEST_F(Privileges, CannotBeExchangedForThoseOfAThird) {
  const auto nobody = *find_account("nobody");
  const auto daemon = *find_account("daemon");
  const auto outcome = in_child([&] {
    if (!become(nobody)) return 1;
    const auto again = become(daemon);
    if (again) return 2;
    return again.error().code == Errc::invalid_argument && become(nobody) ? 0 : 3;
  });
  EXPECT_EQ(outcome, 0);
}

TEST_F(Privileges, OfAnotherGroupOrKeptAsideAreNotOverlooked) {
  const auto nobody = *find_account("nobody");
  const auto of_daemon = *find_account("nobody:daemon");
  struct Case {
    const char* what;
    std::function<bool()> step;  // as root
    Account wanted;
    bool taken;
  };
  const auto users = [&](uid_t real, uid_t effective, uid_t saved) {
    return ::setresgid(nobody.gid, nobody.gid, nobody.gid) == 0 &&
           ::setresuid(real, effective, saved) == 0;
  };
  const auto groups = [&](gid_t real, gid_t effective, gid_t saved) {
    return ::setresgid(real, effective, saved) == 0 &&
           ::setresuid(nobody.uid, nobody.uid, nobody.uid) == 0;
  };
  const auto uid = nobody.uid;
  const auto gid = nobody.gid;
  for (const auto& tried :
       {Case{"the same", [&] { return users(uid, uid, uid); }, nobody, true},
        Case{"another group", [&] { return users(uid, uid, uid); }, of_daemon, false},
        Case{"a saved user", [&] { return users(uid, uid, 0); }, nobody, false},
        Case{"a real user", [&] { return users(0, uid, uid); }, nobody, false},
        Case{"a saved group", [&] { return groups(gid, gid, 0); }, nobody, false},
        Case{"a real group", [&] { return groups(0, gid, gid); }, nobody, false}}) {
    const auto outcome = in_child([&] {
      if (!tried.step()) return 1;
      const auto became = become(tried.wanted);
      if (became.has_value() != tried.taken) return 2;
      return tried.taken || became.error().code == Errc::invalid_argument ? 0 : 3;
    });
    EXPECT_EQ(outcome, 0) << tried.what;
  }
}

TEST_F(Privileges, ThatAreAmbientAreNotHandedOn) {
  const auto outcome = in_child([] {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    std::array<__user_cap_data_struct, 2> sets{};
    if (::syscall(SYS_capget, &header, sets.data()) != 0) return 1;
    sets[0].inheritable |= 1U << CAP_NET_BIND_SERVICE;
    if (::syscall(SYS_capset, &header, sets.data()) != 0) return 2;
    const auto ambient = [](unsigned long step) {
      return ::prctl(PR_CAP_AMBIENT, step, CAP_NET_BIND_SERVICE, 0, 0);
    };
    if (ambient(PR_CAP_AMBIENT_RAISE) != 0) return 3;
    if (ambient(PR_CAP_AMBIENT_IS_SET) != 1) return 4;
    if (!forbid_new_privileges()) return 5;
    return ambient(PR_CAP_AMBIENT_IS_SET) == 0 ? 0 : 6;
  });
  EXPECT_EQ(outcome, 0);
}

TEST_F(Privileges, OfAServerThatIsNotRootAreGivenUpToTheLast) {
  const auto nobody = *find_account("nobody");
  const auto held = [](std::array<__user_cap_data_struct, 2>& sets) {
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    return ::syscall(SYS_capget, &header, sets.data()) == 0;
  };
  const auto outcome = in_child([&] {
    std::array<__user_cap_data_struct, 2> sets{};
    if (::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) return 1;
    if (::setresuid(nobody.uid, nobody.uid, nobody.uid) != 0) return 2;
    if (!held(sets) || sets[0].permitted == 0) return 3;
    sets[0].effective = sets[0].inheritable = sets[0].permitted;
    __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    if (::syscall(SYS_capset, &header, sets.data()) != 0) return 4;
    if (!drop_capabilities() || !drop_capabilities()) return 5;
    if (!held(sets)) return 6;
    for (const auto& half : sets) {
      if ((half.permitted | half.effective | half.inheritable) != 0) return 7;
    }
    return 0;
  });
  EXPECT_EQ(outcome, 0);
}

TEST_F(Privileges, ADirectoryIsMadeForTheAccount) {
  const auto nobody = *find_account("nobody");
  ASSERT_TRUE(prepare_directory(directory_ / "data", nobody));
  EXPECT_EQ(owner_of(directory_ / "data"), nobody.uid);
  EXPECT_EQ(owner_of(directory_), 0U);
  EXPECT_TRUE(prepare_directory(directory_ / "data", nobody));
}

TEST_F(Privileges, ADirectoryOfSomebodyElseIsRefusedWithTheRemedy) {
  const auto path = (directory_ / "data").string();
  std::filesystem::create_directories(path);
  const auto refused = prepare_directory(path, *find_account("nobody"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_EQ(refused.error().hint.find("run: chown -R nobody " + path), 0U);
  EXPECT_EQ(owner_of(path), 0U);
}

TEST(NewPrivileges, AreForbiddenToChildrenToo) {
  const auto outcome = in_child([] {
    if (!forbid_new_privileges()) return 1;
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (line == "NoNewPrivs:\t1") return 0;
    }
    return 2;
  });
  EXPECT_EQ(outcome, 0);
}

}  // namespace
}  // namespace bot::app
