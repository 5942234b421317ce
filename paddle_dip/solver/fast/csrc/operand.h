// Numbers written once, by whoever makes them, in the type in which they are read: by convolutions in the one that they multiply.
#pragma once
#include <cstring>

#include "bfloat16.h"
#include "padding.h"
#include "parallel.h"
#include "scratch.h"

namespace dip {

class Operand {
 public:
  // In a slot of the calling thread, or where there is room already; bf16: narrowed as they are written.
  Operand(Slot slot, size_t numbers, bool bf16) : bf16_(bf16), data_(scratch(slot, numbers * size())) {}
  Operand(void* data, bool bf16) : bf16_(bf16), data_(data) {}
  const void* data() const { return data_; }

  void copy(int64_t at, const Bfloat16* from, int64_t count) const {
    std::memcpy(static_cast<Bfloat16*>(data_) + at, from, count * sizeof(Bfloat16));
  }
  void copy(int64_t at, const float* from, int64_t count) const {
    if (bf16_)
      narrow(from, count, static_cast<Bfloat16*>(data_) + at);
    else
      std::memcpy(static_cast<float*>(data_) + at, from, count * sizeof(float));
  }
  // make(row) writes `count` numbers, of which row is the first, as float32.
  template <class Make>
  void write(int64_t at, int64_t count, const Make& make) const {
    if (!bf16_) return make(static_cast<float*>(data_) + at);
    float* row = scratch_floats(Slot::kWideRow, count);  // stays in the cache
    make(row);
    copy(at, row, count);
  }
  void fill_halo(const Halo& halo) const { dip::fill_halo(halo, data_, size()); }

 private:
  size_t size() const { return bf16_ ? sizeof(Bfloat16) : sizeof(float); }
  bool bf16_;
  void* data_;
};

// The gradient of a padded image -> of the image: folds in place, then copies the interior.
inline void unpad_gradient(const Halo& halo, float* padded, const Operand& dx) {
  fold_halo(halo, padded);
  const int64_t row = halo.w * halo.c;
  parallel_for(halo.n * halo.h, [&](int64_t i) { dx.copy(i * row, padded + halo.interior(i / halo.h, i % halo.h), row); });
}

// Rows of x, `count` of them, as a convolution reads them.
inline const void* operand(const Values& x, int64_t count, int64_t numbers, bool bf16, Slot slot) {
  if (x.bf16 == bf16) return x.data;
  const Operand narrowed(slot, count * numbers, bf16);
  const float* from = static_cast<const float*>(x.data);
  parallel_for(count, [&](int64_t i) { narrowed.copy(i * numbers, from + i * numbers, numbers); });
  return narrowed.data();
}

// The image x, padded, as a convolution reads it. Values in bfloat16 are for a convolution that multiplies such.
inline const void* operand(const Halo& halo, const Values& x, bool bf16) {
  const int64_t row = halo.w * halo.c;
  if (halo.pad == 0) return operand(x, halo.n * halo.h, row, bf16, Slot::kPadded);
  const Operand padded(Slot::kPadded, halo.numbers(), bf16);
  typed(x, [&](const auto* from) {
    parallel_for(halo.n * halo.h, [&](int64_t i) { padded.copy(halo.interior(i / halo.h, i % halo.h), from + i * row, row); });
  });
  padded.fill_halo(halo);
  return padded.data();
}

}  // namespace dip
