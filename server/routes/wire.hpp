// Rows as the wire shows them.
#pragma once

#include "base/time_format.hpp"
#include "client/types/command.hpp"
#include "client/types/meeting.hpp"
#include "client/types/service.hpp"
#include "client/types/text.hpp"
#include "client/types/token.hpp"
#include "client/types/transcript.hpp"
#include "client/types/user.hpp"
#include "client/types/webhook.hpp"
#include "server/http/reply.hpp"
#include "server/store/rows.hpp"

namespace bot::routes {

types::User to_wire(const store::UserRow& row);
// `secret` is the token's value, only where it was just made.
types::Token to_wire(const store::TokenRow& row, std::optional<std::string> secret = {});
types::Meeting to_wire(const store::MeetingRow& row);
// For answers that hold many: the data of each row goes out as it is stored.
using StoredMeetings = types::BasicMeetingList<types::RawJson, TimeText>;
StoredMeetings to_wire(std::vector<store::MeetingRow> rows);
types::RunningBot running_bot(const store::MeetingAndSession& live, UnixMillis now);
types::Session to_wire(const store::SessionRow& row);
types::Timeline timeline(const store::MeetingRow& meeting,
                         const std::vector<store::SessionRow>& sessions);
types::Transcript transcript(const store::MeetingRow& meeting,
                             const std::vector<store::SegmentRow>& segments);
types::BotCommand to_wire(const store::CommandRow& row);
types::Delivery to_wire(const store::DeliveryRow& row);

template <typename T>
http::Reply json(int status, const T& value) {
  if constexpr (types::Described<T>) {
    return http::json_reply(status, types::text_of(value));
  } else {
    return http::json_reply(status, types::dump(types::Json(value)));
  }
}

}  // namespace bot::routes
