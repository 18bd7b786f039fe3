#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bot::redis {

// A server's answer, whole.
struct Reply {
  enum class Kind { nil, integer, text, list, error };

  Kind kind = Kind::nil;
  std::int64_t integer = 0;
  std::string text;         // also of a status ("OK") and of an error ("WRONGTYPE …")
  std::vector<Reply> list;  // of an array

  bool is_nil() const { return kind == Kind::nil; }
  bool is_error() const { return kind == Kind::error; }
};

// Of a redisReply of hiredis.
Reply reply_of(const void* hiredis_reply);

}  // namespace bot::redis
