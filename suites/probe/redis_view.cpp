#include "suites/probe/redis_view.hpp"

#include <algorithm>
#include <iterator>

namespace bot::probe {
namespace {

redis::Options options_for(const std::string& url) {
  auto address = redis::parse_url(url);
  if (!address) throw Fault(address.error().message);
  return {.address = std::move(address).value()};
}

// With a connection of its own: one that lies idle for the whole of a run may be dropped.
std::set<std::string> all_keys(const redis::Options& options) {
  redis::Connection connection(options);
  std::set<std::string> keys;
  std::string cursor = "0";
  do {
    const auto page = connection.run({"SCAN", cursor, "COUNT", "1000"});
    if (page.list.size() != 2) throw Fault("Redis answers SCAN in an unknown form");
    cursor = page.list[0].text;
    for (const auto& key : page.list[1].list)
      keys.insert(key.text);
  } while (cursor != "0");
  return keys;
}

}  // namespace

RedisView::RedisView(const std::string& url)
    : options_(options_for(url)), listening_(options_), known_(all_keys(options_)) {
  listening_.run({"PSUBSCRIBE", "bot_commands:*"});
  thread_ = std::thread([this] { listen(); });
}

RedisView::~RedisView() {
  ending_ = true;
  thread_.join();
}

void RedisView::listen() {
  constexpr Millis slice{100};
  try {
    while (!ending_) {
      const auto message = listening_.next_message(slice);
      if (!message) continue;
      const auto& words = message->list;  // pmessage, pattern, channel, payload
      if (words.size() != 4 || words[0].text != "pmessage") continue;
      const std::scoped_lock lock(mutex_);
      heard_[words[2].text].push_back(words[3].text);
    }
  } catch (const Fault& fault) {
    const std::scoped_lock lock(mutex_);
    lost_ = fault.what();
  }
}

std::vector<std::string> RedisView::published(const std::string& session_uid) {
  const std::scoped_lock lock(mutex_);
  if (!lost_.empty()) throw Unavailable("the subscription to bot_commands:* was lost: " + lost_);
  const auto found = heard_.find("bot_commands:" + session_uid);
  return found == heard_.end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string> RedisView::new_keys() {
  const auto now = all_keys(options_);
  std::vector<std::string> fresh;
  std::set_difference(
      now.begin(), now.end(), known_.begin(), known_.end(), std::back_inserter(fresh));
  return fresh;
}

}  // namespace bot::probe
