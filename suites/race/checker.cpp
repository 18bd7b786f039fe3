#include "suites/race/checker.hpp"

#include <algorithm>
#include <limits>

namespace bot::suites::race {

namespace {

constexpr auto forever = std::numeric_limits<std::int64_t>::max();

// The life of one bot: certain within [born, asked_to_stop), possible within [asked, gone].
struct Life {
  const Op* start;
  bool certain;  // its start was answered ok
  std::int64_t asked;
  std::int64_t born;
  std::int64_t asked_to_stop = forever;
  std::int64_t gone = forever;
};

void end_life(Life& life, const History& history) {
  for (const auto& op : history.ops) {
    if (op.kind != OpKind::stop || op.meeting != life.start->meeting) continue;
    // An earlier stop was for an earlier bot of that meeting.
    if (op.invoked_us < life.born) continue;
    life.asked_to_stop = std::min(life.asked_to_stop, op.invoked_us);
    if (op.outcome == OpOutcome::ok) life.gone = std::min(life.gone, op.completed_us);
  }
}

std::vector<Life> lives_of(const History& history) {
  std::vector<Life> lives;
  for (const auto& op : history.ops) {
    if (op.kind != OpKind::start) continue;
    if (op.outcome != OpOutcome::ok && op.outcome != OpOutcome::unknown) continue;
    Life life{.start = &op,
              .certain = op.outcome == OpOutcome::ok,
              .asked = op.invoked_us,
              .born = op.completed_us};
    end_life(life, history);
    lives.push_back(life);
  }
  return lives;
}

bool overlap_for_certain(const Life& a, const Life& b) {
  return a.certain && b.certain &&
         std::max(a.born, b.born) < std::min(a.asked_to_stop, b.asked_to_stop);
}

std::string names(const std::vector<const Life*>& lives) {
  std::string text;
  for (const auto* life : lives)
    text += (text.empty() ? "" : ", ") + life->start->meeting;
  return text;
}

void find_overshoot(const History& history,
                    const std::vector<Life>& lives,
                    std::vector<std::string>& found) {
  std::vector<const Life*> worst;
  // The number of live bots only grows at a birth.
  for (const auto& at : lives) {
    if (!at.certain) continue;
    std::vector<const Life*> together;
    for (const auto& life : lives) {
      if (life.certain && life.born <= at.born && at.born < life.asked_to_stop) {
        together.push_back(&life);
      }
    }
    if (together.size() > worst.size()) worst = std::move(together);
  }
  if (worst.size() <= history.limit) return;
  found.push_back(std::to_string(worst.size()) + " bots live at the same time with a limit of " +
                  std::to_string(history.limit) + ": " + names(worst));
}

// The most bots that can have been live at some instant of [from, to].
std::size_t most_possibly_live(const std::vector<Life>& lives, std::int64_t from, std::int64_t to) {
  const auto at = [&lives](std::int64_t instant) {
    return static_cast<std::size_t>(
        std::count_if(lives.begin(), lives.end(), [instant](const Life& life) {
          return life.asked <= instant && instant <= life.gone;
        }));
  };
  std::size_t most = at(from);
  for (const auto& life : lives) {
    if (life.asked > from && life.asked <= to) most = std::max(most, at(life.asked));
  }
  return most;
}

void find_needless_refusals(const History& history,
                            const std::vector<Life>& lives,
                            std::vector<std::string>& found) {
  for (const auto& op : history.ops) {
    if (op.kind != OpKind::start || op.outcome != OpOutcome::refused) continue;
    const auto live = most_possibly_live(lives, op.invoked_us, op.completed_us);
    if (live >= history.limit) continue;
    found.push_back(op.meeting + " was refused for the limit of " + std::to_string(history.limit) +
                    " while at most " + std::to_string(live) + " bots can have been live");
  }
}

void find_duplicates(const std::vector<Life>& lives, std::vector<std::string>& found) {
  for (std::size_t i = 0; i < lives.size(); ++i) {
    for (std::size_t k = i + 1; k < lives.size(); ++k) {
      if (lives[i].start->meeting != lives[k].start->meeting) continue;
      if (!overlap_for_certain(lives[i], lives[k])) continue;
      found.push_back("two bots live in " + lives[i].start->meeting + " at the same time");
      return;
    }
  }
}

void find_needless_conflicts(const History& history,
                             const std::vector<Life>& lives,
                             std::vector<std::string>& found) {
  for (const auto& op : history.ops) {
    if (op.kind != OpKind::start || op.outcome != OpOutcome::duplicate) continue;
    const bool explained = std::any_of(lives.begin(), lives.end(), [&op](const Life& life) {
      return life.start->meeting == op.meeting && life.asked <= op.completed_us &&
             op.invoked_us <= life.gone;
    });
    if (!explained) {
      found.push_back(op.meeting + " was refused as a duplicate of a bot that cannot be live");
    }
  }
}

void find_lost(const History& history,
               const std::vector<Life>& lives,
               std::vector<std::string>& found) {
  for (const auto& life : lives) {
    if (!life.certain) continue;
    const bool missed =
        std::any_of(history.listings.begin(), history.listings.end(), [&life](const Listing& list) {
          return list.invoked_us >= life.born && !list.ids.contains(life.start->meeting_id);
        });
    if (missed) {
      found.push_back("the accepted bot of " + life.start->meeting + " (meeting " +
                      std::to_string(life.start->meeting_id) + ") is missing from a later list");
    }
  }
}

}  // namespace

std::vector<std::string> violations(const History& history) {
  const auto lives = lives_of(history);
  std::vector<std::string> found;
  find_overshoot(history, lives, found);
  find_needless_refusals(history, lives, found);
  find_duplicates(lives, found);
  find_needless_conflicts(history, lives, found);
  find_lost(history, lives, found);
  return found;
}

}  // namespace bot::suites::race
