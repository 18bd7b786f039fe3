#include "server/app/privileges.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <vector>

#include "server/app/private_file.hpp"

namespace bot::app {
namespace {

constexpr std::size_t longest_entry = std::size_t{64} << 10;

std::string reason() {
  return std::generic_category().message(errno);
}

Error bad_value(const std::string& what, const std::string& hint) {
  return {.code = Errc::invalid_argument, .message = what, .hint = hint};
}

Error refused(const std::string& step) {
  return {.code = Errc::forbidden,
          .message = "--user: cannot give up privileges: " + step + ": " + reason()};
}

Result<Account> find_user(const std::string& name) {
  std::vector<char> room(longest_entry);
  passwd entry{};
  passwd* found = nullptr;
  getpwnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
  if (found == nullptr) {
    return bad_value("--user: there is no user '" + name + "'",
                     "make one: useradd --system --no-create-home " + name);
  }
  return Account{.name = name, .uid = entry.pw_uid, .gid = entry.pw_gid};
}

Result<gid_t> find_group(const std::string& name) {
  std::vector<char> room(longest_entry);
  group entry{};
  group* found = nullptr;
  getgrnam_r(name.c_str(), &entry, room.data(), room.size(), &found);
  if (found == nullptr) {
    return bad_value("--user: there is no group '" + name + "'", "see: getent group");
  }
  return entry.gr_gid;
}

// The ids of one kind that a process has.
struct Ids {
  id_t real = 0;
  id_t effective = 0;
  id_t saved = 0;

  bool are_all(id_t wanted) const {
    return real == wanted && effective == wanted && saved == wanted;
  }
};

bool is_already(const Account& account) {
  Ids users;
  Ids groups;
  getresuid(&users.real, &users.effective, &users.saved);
  getresgid(&groups.real, &groups.effective, &groups.saved);
  return users.are_all(account.uid) && groups.are_all(account.gid);
}

// Without following a link that stands in its place.
Status give_away(const std::string& path, const Account& account) {
  const int directory = open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  const bool given = directory >= 0 && fchown(directory, account.uid, account.gid) == 0;
  const auto why = reason();
  if (directory >= 0) close(directory);
  if (given) return Unit{};
  return Error{.code = Errc::forbidden,
               .message = "cannot give " + path + " to " + account.name + ": " + why};
}

}  // namespace

Result<Account> find_account(const std::string& name_and_group) {
  const auto colon = name_and_group.find(':');
  auto account = find_user(name_and_group.substr(0, colon));
  if (!account) return account;
  if (account->uid == 0) {
    return bad_value("--user: root is the account to get away from", "name another one");
  }
  if (colon == std::string::npos) return account;
  const auto group = find_group(name_and_group.substr(colon + 1));
  if (!group) return group.error();
  account->gid = *group;
  return account;
}

bool is_root() {
  return geteuid() == 0;
}

Status prepare_directory(const std::string& path, const Account& account) {
  struct stat facts {};
  if (stat(path.c_str(), &facts) == 0) {
    if (facts.st_uid == account.uid) return Unit{};
    return Error{.code = Errc::forbidden,
                 .message = path + " does not belong to " + account.name,
                 .hint = "run: chown -R " + account.name + " " + path +
                         ", or choose another with --data-dir"};
  }
  if (auto made = make_private_directory(path); !made) return made;
  if (geteuid() == account.uid) return Unit{};
  return give_away(path, account);
}

Status may_become(const Account& account) {
  if (is_root() || is_already(account)) return Unit{};
  if (geteuid() == account.uid) {
    return bad_value("--user: botd runs as " + account.name +
                         " already, but with another group or a way back, which only root can mend",
                     "start it as root, or without --user and with the right group");
  }
  return bad_value("--user " + account.name + ": only root can become another user",
                   "start botd as root, or as " + account.name + " without --user");
}

Status become(const Account& account) {
  if (is_already(account)) return Unit{};
  if (auto may = may_become(account); !may) return may;
  if (initgroups(account.name.c_str(), account.gid) != 0) return refused("initgroups");
  if (setresgid(account.gid, account.gid, account.gid) != 0) return refused("setresgid");
  if (setresuid(account.uid, account.uid, account.uid) != 0) return refused("setresuid");
  if (setuid(0) == 0 || seteuid(0) == 0 || (account.gid != 0 && setgid(0) == 0)) {
    return Error{.code = Errc::forbidden,
                 .message = "--user: privileges could be taken back after they were given up"};
  }
  return Unit{};
}

Status forbid_new_privileges() {
  const bool done = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0;
  if (done) return Unit{};
  return Error{.code = Errc::forbidden, .message = "cannot forbid new privileges: " + reason()};
}

Status drop_capabilities() {
  if (is_root()) return Unit{};
  // glibc has no functions for these two.
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> held{};
  const bool known = syscall(SYS_capget, &header, held.data()) == 0;
  const bool some = std::any_of(held.begin(), held.end(), [](const auto& half) {
    return (half.permitted | half.inheritable) != 0;
  });
  if (known && !some) return Unit{};
  held = {};
  if (known && syscall(SYS_capset, &header, held.data()) == 0) return Unit{};
  return Error{.code = Errc::forbidden,
               .message = "cannot give up capabilities: " + reason(),
               .hint = "allow the system call capset"};
}

}  // namespace bot::app
