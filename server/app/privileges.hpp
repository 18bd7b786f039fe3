// What the process may do, given up for good. Linux.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/result.hpp"

namespace bot::app {

struct Account {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
};

// NAME or NAME:GROUP; the group is by default the account's own. Errors: invalid_argument when
// there is none of that name, and for root itself.
Result<Account> find_account(const std::string& name_and_group);

bool is_root();

// Errors: invalid_argument when the process is neither root nor that account already, its group
// and no other, without an id to go back to.
Status may_become(const Account& account);

// The server's directory, made for that account when it is not there. Errors: forbidden, when it is
// another's, with the line to run.
Status prepare_directory(const std::string& path, const Account& account);

// Becomes that account for good: groups, then group, then user, then a try to come back that has to
// fail. Every thread of the process changes. Errors: as may_become; forbidden when the system
// refuses.
Status become(const Account& account);

// From now on no program that this process or its children start gains a privilege by setuid bits
// or file capabilities, and none inherits an ambient one, as systemd gives for low ports.
Status forbid_new_privileges();

// Gives up every capability of a process that is not root, as the one that systemd gives for low
// ports once they are taken. Of the calling thread and those that it starts from now on. Errors:
// forbidden, when there are some and the system refuses.
Status drop_capabilities();

}  // namespace bot::app
