#include "cli/fd_stream.hpp"

#include <unistd.h>

#include <cerrno>

namespace bot::cli {

FdBuffer::FdBuffer(int descriptor) : descriptor_(descriptor) {
  setp(buffer_.data(), buffer_.data() + buffer_.size());
}

FdBuffer::~FdBuffer() {
  drain();
}

bool FdBuffer::drain() {
  const char* next = pbase();
  while (next < pptr()) {
    const auto wrote = ::write(descriptor_, next, static_cast<std::size_t>(pptr() - next));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      error_ = errno;
      break;
    }
    next += wrote;
  }
  setp(buffer_.data(), buffer_.data() + buffer_.size());
  return error_ == 0;
}

FdBuffer::int_type FdBuffer::overflow(int_type c) {
  if (!drain()) return traits_type::eof();
  if (!traits_type::eq_int_type(c, traits_type::eof())) {
    *pptr() = traits_type::to_char_type(c);
    pbump(1);
  }
  return traits_type::not_eof(c);
}

int FdBuffer::sync() {
  return drain() ? 0 : -1;
}

}  // namespace bot::cli
