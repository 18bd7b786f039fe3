#include "drivers/redis/reply.hpp"

#include <hiredis/hiredis.h>

namespace bot::redis {

Reply reply_of(const void* hiredis_reply) {
  Reply reply;
  if (hiredis_reply == nullptr) return reply;
  const auto& from = *static_cast<const redisReply*>(hiredis_reply);
  switch (from.type) {
    case REDIS_REPLY_INTEGER:
      reply.kind = Reply::Kind::integer;
      reply.integer = from.integer;
      break;
    case REDIS_REPLY_STRING:
    case REDIS_REPLY_STATUS:
      reply.kind = Reply::Kind::text;
      reply.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ERROR:
      reply.kind = Reply::Kind::error;
      reply.text.assign(from.str, from.len);
      break;
    case REDIS_REPLY_ARRAY:
      reply.kind = Reply::Kind::list;
      for (std::size_t i = 0; i < from.elements; ++i)
        reply.list.push_back(reply_of(from.element[i]));
      break;
    default:
      break;
  }
  return reply;
}

}  // namespace bot::redis
