// Which meetings are meant, in the very words of the partial indexes (store/migrations), without
// which the engines would not use them. In pieces of SQL text, to be put together by the compiler.
#pragma once

// It counts against the user's limit.
#define BOT_HOLDS_A_SEAT "status IN ('reserved', 'starting', 'active')"
#define BOT_IS_LIVE "status IN ('reserved', 'starting', 'active', 'stopping')"
#define BOT_IS_FINAL "status IN ('completed', 'failed')"
