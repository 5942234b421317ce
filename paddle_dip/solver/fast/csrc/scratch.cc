#include "scratch.h"

#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace dip {
namespace {

constexpr size_t kHugePage = size_t(2) << 20;

class Buffer {
 public:
  ~Buffer() { std::free(data_); }
  void* reserve(size_t bytes) {
    if (bytes > bytes_) grow(bytes);
    return data_;
  }
  void release() {
    std::free(data_);
    data_ = nullptr;
    bytes_ = 0;
  }

 private:
  void grow(size_t bytes) {
    release();
    const size_t alignment = bytes >= kHugePage ? kHugePage : 64;
    const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
    data_ = std::aligned_alloc(alignment, rounded);
    if (data_ == nullptr) throw std::bad_alloc();
    if (alignment == kHugePage) madvise(data_, rounded, MADV_HUGEPAGE);
    bytes_ = rounded;
  }
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

// By thread: Paddle may run a graph of one image per Python thread.
thread_local Buffer buffers[int(Slot::kCount)];

}  // namespace

void* scratch(Slot slot, size_t bytes) { return buffers[int(slot)].reserve(bytes); }

void release_scratch() {
  for (Buffer& b : buffers) b.release();
}

}  // namespace dip
