#include "server/app/transcript_streams.hpp"

#include <chrono>
#include <limits>
#include <utility>

namespace bot::app {
namespace {

using std::chrono::steady_clock;

constexpr Millis log_pause{1000};

struct Source {
  std::string stream;
  std::string group;  // the name that the original collector uses, so that one follows the other
  std::string counter;
  std::string help;
  bots::SpeechIngest::Decode decode;
};

std::vector<Source> sources() {
  return {{.stream = "transcription_segments",
           .group = "collector_group",
           .counter = "botd_speech_entries_total",
           .help = "Entries of the stream transcription_segments that this server dealt with",
           .decode = bots::decode_speech_entry},
          {.stream = "speaker_events_relative",
           .group = "collector_speaker_group",
           .counter = "botd_speaker_entries_total",
           .help = "Entries of the stream speaker_events_relative that this server dealt with",
           .decode = bots::decode_speaker_entry}};
}

}  // namespace

// One stream and where its entries go.
class TranscriptStreams::Intake {
 public:
  Intake(const Parts& parts, Source source, const std::string& url, const std::string& consumer)
      : source_(std::move(source)),
        log_(parts.log),
        ingest_({parts.database, parts.lifecycle, parts.bus, parts.clock},
                source_.decode,
                [this](const auto& refusal) { refused(refusal); }),
        stream_(
            {.url = url, .stream = source_.stream, .group = source_.group, .consumer = consumer},
            [this](std::span<const events::StreamEntry> entries) { ingest_.take(entries); },
            {.on_problem = [this](const auto& problem) { became(problem); },
             .on_failed_entry = [this](const auto& entry, const auto& why) { failed(entry, why); },
             .on_upkeep = [this] { say_the_unsaid(); }}) {}

  void start() { stream_.start(); }
  void begin_to_stop() { stream_.begin_to_stop(); }
  void stop() {
    stream_.stop();
    say_the_unsaid();
  }
  std::string problem() const {
    const auto problem = stream_.problem();
    return problem.empty() ? "" : "the stream " + source_.stream + " is not read: " + problem;
  }

  Family numbers() const {
    const auto counts = ingest_.counts();
    return {.name = source_.counter,
            .help = source_.help,
            .kind = Family::Kind::counter,
            .samples = {{static_cast<double>(counts.stored), {{"outcome", "stored"}}},
                        {static_cast<double>(counts.unchanged), {{"outcome", "unchanged"}}},
                        {static_cast<double>(counts.refused), {{"outcome", "refused"}}}}};
  }
  Family::Sample backlog() const {
    const auto count = stream_.backlog();
    return {count ? static_cast<double>(*count) : std::numeric_limits<double>::quiet_NaN(),
            {{"stream", source_.stream}}};
  }

 private:
  // These on the stream's thread.
  void became(const std::string& problem) {
    if (problem.empty()) {
      log_.write(Log::Level::info, "a stream is read again", {{"stream", source_.stream}});
      return;
    }
    log_.write(Log::Level::error,
               "a stream is not read",
               {{"stream", source_.stream}, {"reason", problem}});
  }

  void failed(const events::StreamEntry& entry, const std::string& why) {
    log_.write(Log::Level::error,
               "an entry of a stream was given up",
               {{"stream", source_.stream}, {"entry", entry.id}, {"reason", why}});
  }

  // Whoever may write to Redis must not be able to fill the log.
  void refused(const bots::SpeechIngest::Refusal& refusal) {
    const auto now = steady_clock::now();
    if (now < next_line_) {
      ++unsaid_;
      return;
    }
    say_the_unsaid();
    next_line_ = now + log_pause;
    const auto meeting = refusal.meeting_id == 0 ? "" : std::to_string(refusal.meeting_id);
    log_.write(Log::Level::warning,
               "an entry of a stream was refused",
               {{"stream", source_.stream},
                {"entry", refusal.entry_id},
                {"meeting_id", meeting},
                {"reason", refusal.reason}});
  }

  void say_the_unsaid() {
    if (unsaid_ == 0) return;
    log_.write(Log::Level::warning,
               "more entries of a stream were refused",
               {{"stream", source_.stream}, {"count", std::to_string(std::exchange(unsaid_, 0))}});
  }

  const Source source_;
  Log& log_;
  steady_clock::time_point next_line_{};
  std::uint64_t unsaid_ = 0;
  bots::SpeechIngest ingest_;
  events::RedisStream stream_;
};

TranscriptStreams::TranscriptStreams(const Parts& parts,
                                     const std::string& redis_url,
                                     const std::string& consumer) {
  for (auto& source : sources())
    intakes_.push_back(std::make_unique<Intake>(parts, std::move(source), redis_url, consumer));
}

TranscriptStreams::~TranscriptStreams() = default;

void TranscriptStreams::start() {
  for (const auto& intake : intakes_)
    intake->start();
}

void TranscriptStreams::stop() {
  for (const auto& intake : intakes_)
    intake->begin_to_stop();
  for (const auto& intake : intakes_)
    intake->stop();
}

std::string TranscriptStreams::problem() const {
  for (const auto& intake : intakes_) {
    if (auto problem = intake->problem(); !problem.empty()) return problem;
  }
  return "";
}

std::vector<Family> TranscriptStreams::numbers() const {
  std::vector<Family> numbers;
  for (const auto& intake : intakes_)
    numbers.push_back(intake->numbers());
  Family backlog{.name = "botd_stream_backlog_entries",
                 .help = "Entries of a stream that no server has dealt with",
                 .kind = Family::Kind::gauge};
  for (const auto& intake : intakes_)
    backlog.samples.push_back(intake->backlog());
  numbers.push_back(std::move(backlog));
  return numbers;
}

std::unique_ptr<TranscriptStreams> make_transcript_streams(const TranscriptStreams::Parts& parts,
                                                           const Config& config,
                                                           const std::string& consumer) {
  if (config.redis_url.empty()) return nullptr;
  return std::make_unique<TranscriptStreams>(parts, config.redis_url, "botd-" + consumer);
}

}  // namespace bot::app
