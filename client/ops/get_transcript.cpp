#include "client/ops/get_transcript.hpp"

#include <utility>

#include "client/ops/encoding.hpp"

namespace bot::client {

HttpRequest GetTranscript::encode() const {
  auto target = path_of({"transcripts", platform, native_meeting_id});
  add_query(target, "meeting_id", meeting_id);
  return HttpRequest{.target = std::move(target)};
}

Result<GetTranscript::Response> GetTranscript::decode(const HttpResponse& answer) {
  return decode_json<Response>(answer, "a transcript");
}

}  // namespace bot::client
