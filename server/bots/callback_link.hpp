#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "client/http/transport.hpp"
#include "server/bots/bot_spec.hpp"

namespace bot::bots {

// A bot process's way to its servers: any of several addresses of the same service. Thread-safe.
class CallbackLink {
 public:
  // What an answer means to a bot.
  enum class Verdict {
    accepted,   // 2xx
    refused,    // the server will not have it; going on is pointless for this one callback
    over,       // the server knows better: the session is unknown or ended, or the meeting is final
    no_answer,  // nobody reachable, or a passing failure: worth another try
  };
  struct Reply {
    Verdict verdict = Verdict::no_answer;
    std::string body;
  };

  CallbackLink(const BotSpec& spec, std::function<bool()> cancelled);

  // One try at every address, beginning with the one that answered last.
  Reply post(const std::string& word, const std::string& body, Millis deadline);
  Reply get_commands(std::int64_t after, Millis wait);
  // Is anybody there? Not a callback.
  bool probe(Millis deadline);

  // How long ago any server answered anything, or this was made.
  Millis since_contact() const;

 private:
  Reply send(const client::HttpRequest& request, Millis deadline);

  const std::string secret_;
  std::vector<std::shared_ptr<client::Transport>> transports_;
  std::atomic<std::size_t> preferred_{0};
  std::atomic<std::int64_t> last_contact_ms_;  // steady clock
};

// For tests: what a status and body mean.
CallbackLink::Verdict judge_answer(int status, const std::string& body);

}  // namespace bot::bots
