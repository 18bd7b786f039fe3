// What a bot process sends, as JSON: the bodies that callback_forms.hpp reads.
#pragma once

#include <string>

#include "client/types/json.hpp"
#include "server/bots/bot_spec.hpp"

namespace bot::bots {

// The `result` of an acknowledgement: outcome, and the language and task in force.
types::Json encode_ack(const AckOutput& ack);

struct CallbackBody {
  std::string word;  // the last part of the callback path
  types::Json body;
};

// One callback for one output.
CallbackBody encode_callback(const BotSpec& spec, const BotOutput& output);

}  // namespace bot::bots
