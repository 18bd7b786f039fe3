#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "base/unicode.hpp"
#include "cli/commands/commands.hpp"
#include "cli/context.hpp"
#include "cli/meeting_feed.hpp"
#include "cli/targets.hpp"
#include "cli/views.hpp"
#include "client/ops/get_transcript.hpp"

namespace bot::cli {
namespace {

// "[00:01:02] Ada: text", for people.
std::string spoken_line(const types::Segment& segment) {
  const auto total = static_cast<std::int64_t>(std::max(0.0, segment.start));
  const auto two = [](std::int64_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
  };
  std::string line =
      "[" + two(total / 3600) + ':' + two(total / 60 % 60) + ':' + two(total % 60) + "] ";
  if (segment.speaker) line += *segment.speaker + ": ";
  return escape_for_terminal(line + segment.text) + '\n';
}

void show(Context& context, const types::Segment& segment) {
  if (context.output().format() == Format::table) {
    context.output().text(spoken_line(segment));
  } else {
    context.output().event(record_of(segment));
  }
}

Result<types::Transcript> fetch(Context& context, const Target& target) {
  return context.run(client::GetTranscript{.platform = target.platform,
                                           .native_meeting_id = target.native_meeting_id});
}

Status show_once(Context& context, const Target& target) {
  const auto transcript = fetch(context, target);
  if (!transcript) return transcript.error();
  auto& output = context.output();
  if (output.format() == Format::json) {
    output.object({}, {.cells = {}, .json = *transcript, .id = {}});
    return Unit{};
  }
  for (const auto& segment : transcript->segments)
    show(context, segment);
  if (transcript->segments.empty()) context.note("nothing was said");
  return Unit{};
}

// Shows each segment once: the same start with the same text is the same segment, a corrected text
// is shown again.
class Follower {
 public:
  Follower(Context& context, const Target& target) : context_(context), target_(target) {}

  Status follow() {
    MeetingFeed feed(context_, target_);
    bool ended = false;
    auto status = catch_up(ended);
    while (status && !ended && context_.output().writable()) {
      auto news = feed.next();
      if (!news) return news.error();
      if (*news && take_segments(**news)) continue;
      status = catch_up(ended);
    }
    return status;
  }

 private:
  Status catch_up(bool& ended) {
    const auto transcript = fetch(context_, target_);
    if (!transcript) return transcript.error();
    for (const auto& segment : transcript->segments)
      take(segment);
    ended = is_final(transcript->status);
    return Unit{};
  }

  void take(const types::Segment& segment) {
    if (trim(segment.text).empty()) return;
    const auto key = segment.absolute_start_time.value_or(std::to_string(segment.start));
    auto& shown = shown_[key];
    if (shown == segment.text) return;
    shown = segment.text;
    show(context_, segment);
  }

  // True when the message was a list of segments and all could be read.
  bool take_segments(const types::Json& message) {
    try {
      if (message.at("type").get<std::string>().rfind("transcript.", 0) != 0) return false;
      std::vector<types::Segment> segments;
      for (auto item : message.at("payload").at("segments")) {
        if (!item.contains("end") && item.contains("end_time")) item["end"] = item["end_time"];
        segments.push_back(item.get<types::Segment>());
      }
      for (const auto& segment : segments)
        take(segment);
      return true;
    } catch (const types::Json::exception&) {
      return false;
    }
  }

  Context& context_;
  const Target& target_;
  std::map<std::string, std::string> shown_;
};

Status run(const Arguments& arguments, Context& context) {
  const auto target = target_of(arguments);
  if (!target) return target.error();
  if (!arguments.flag("follow")) return show_once(context, *target);
  return Follower(context, *target).follow();
}

}  // namespace

Command transcripts_get() {
  return {
      .noun = "transcripts",
      .verb = "get",
      .summary = "Show what was said in a meeting",
      .description =
          "Of the newest meeting with that id. --follow shows what is said from now on, too, "
          "until the meeting has ended; a segment whose text was corrected is shown again. In "
          "a pipe the columns are start and end in seconds, speaker, language, text; with "
          "--follow -o json one segment per line.",
      .positionals = meeting_positionals(),
      .options = {{.name = "follow", .letter = 'f', .help = "Go on until the meeting has ended"}},
      .examples = {{"botctl transcripts get google_meet abc-defg-hij", "as spoken lines"},
                   {"botctl transcripts get google_meet/abc-defg-hij --follow", "live"}},
      .run = run};
}

}  // namespace bot::cli
