#pragma once

#include <memory>
#include <string>
#include <vector>

#include "server/app/config.hpp"
#include "server/app/log.hpp"
#include "server/app/metrics.hpp"
#include "server/bots/lifecycle.hpp"
#include "server/bots/speech_ingest.hpp"
#include "server/events/redis_stream.hpp"

namespace bot::app {

// The streams into which original bots write what was said and who spoke (contract §4), consumed
// by this server beside the others of its Redis. Thread-safe.
class TranscriptStreams {
 public:
  struct Parts {
    store::Database& database;
    bots::Lifecycle& lifecycle;
    events::Bus& bus;
    const Clock& clock;
    Log& log;
  };

  // `consumer` is this server, also after a restart.
  TranscriptStreams(const Parts& parts, const std::string& redis_url, const std::string& consumer);
  ~TranscriptStreams();
  TranscriptStreams(const TranscriptStreams&) = delete;
  TranscriptStreams& operator=(const TranscriptStreams&) = delete;

  void start();
  // All of them at the same time.
  void stop();
  // Why a stream is not read although Redis is there, as anybody may be told; empty when all are.
  // Asks nobody.
  std::string problem() const;
  // For /metrics.
  std::vector<Family> numbers() const;

 private:
  class Intake;
  std::vector<std::unique_ptr<Intake>> intakes_;
};

// Null without Redis.
std::unique_ptr<TranscriptStreams> make_transcript_streams(const TranscriptStreams::Parts& parts,
                                                           const Config& config,
                                                           const std::string& consumer);

}  // namespace bot::app
