#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "client/http/transport.hpp"

namespace bot::suites::race {

// Reads one HTTP/1.1 answer from bytes as they arrive. Interim answers (1xx) are passed over.
class ResponseReader {
 public:
  static constexpr std::size_t longest_answer = std::size_t{1} << 20;

  // Errors: protocol for anything that is no HTTP/1.x answer or is longer than longest_answer.
  Status feed(std::string_view bytes);
  // The connection ended: completes an answer whose length is not told, else an error.
  Status end();

  bool complete() const { return complete_; }
  // May the connection carry another request?
  bool keeps_alive() const { return keeps_alive_; }
  // REQUIRES: complete().
  client::HttpResponse take() { return std::move(answer_); }

 private:
  enum class Body { none, counted, chunked, until_end };

  Status read_head();
  Status read_status_line(std::string_view line);
  Status plan_body();
  Status read_body();
  Status read_chunks();

  std::string pending_;
  client::HttpResponse answer_;
  Body body_ = Body::none;
  std::size_t left_ = 0;
  bool head_done_ = false;
  bool complete_ = false;
  bool keeps_alive_ = true;
};

}  // namespace bot::suites::race
