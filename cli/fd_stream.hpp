#pragma once

#include <array>
#include <streambuf>

namespace bot::cli {

// A stream buffer over a descriptor that remembers why a write failed, which std::cout does not.
// Does not close the descriptor.
class FdBuffer final : public std::streambuf {
 public:
  explicit FdBuffer(int descriptor);
  ~FdBuffer() override;
  FdBuffer(const FdBuffer&) = delete;
  FdBuffer& operator=(const FdBuffer&) = delete;

  int error() const { return error_; }  // errno; 0: every write succeeded

 protected:
  int_type overflow(int_type c) override;
  int sync() override;

 private:
  bool drain();

  int descriptor_;
  int error_ = 0;
  std::array<char, std::size_t{16} * 1024> buffer_{};
};

}  // namespace bot::cli
