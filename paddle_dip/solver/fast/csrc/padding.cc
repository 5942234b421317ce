#include "padding.h"

#include <algorithm>
#include <cstring>

#include "parallel.h"

namespace dip {

int64_t Halo::source(int64_t p, int64_t size) const {
  const int64_t i = p - pad;
  if (!reflect) return std::clamp<int64_t>(i, 0, size - 1);
  return i < 0 ? -i : (i >= size ? 2 * (size - 1) - i : i);
}

static void copy_pixel(const Halo& s, float* row, int64_t to) {
  std::memcpy(row + to * s.c, row + (s.source(to, s.w) + s.pad) * s.c, s.c * sizeof(float));
}

void fill_halo(const Halo& s, float* padded) {
  const int64_t stride = s.columns() * s.c;
  parallel_for(s.n * s.h, [&](int64_t i) {
    float* row = padded + (i / s.h * s.rows() + i % s.h + s.pad) * stride;
    for (int64_t p = 0; p < s.pad; ++p) {
      copy_pixel(s, row, p);
      copy_pixel(s, row, s.pad + s.w + p);
    }
  });
  parallel_for(s.n * 2 * s.pad, [&](int64_t i) {
    const int64_t p = i % (2 * s.pad), to = p < s.pad ? p : s.h + p;
    float* image = padded + i / (2 * s.pad) * s.rows() * stride;
    std::memcpy(image + to * stride, image + (s.source(to, s.h) + s.pad) * stride, stride * sizeof(float));
  });
}

static void add_pixel(const Halo& s, float* row, int64_t from) {
  const float* src = row + from * s.c;
  float* dst = row + (s.source(from, s.w) + s.pad) * s.c;
  for (int64_t c = 0; c < s.c; ++c) dst[c] += src[c];
}

// Rows first, columns second: the reverse of fill_halo. Each column of pixels belongs to one thread.
void fold_halo(const Halo& s, float* padded) {
  const int64_t stride = s.columns() * s.c;
  parallel_for(s.n * s.columns(), [&](int64_t i) {
    float* column = padded + i / s.columns() * s.rows() * stride + i % s.columns() * s.c;
    for (int64_t p = 0; p < 2 * s.pad; ++p) {
      const int64_t from = p < s.pad ? p : s.h + p;
      const float* src = column + from * stride;
      float* dst = column + (s.source(from, s.h) + s.pad) * stride;
      for (int64_t c = 0; c < s.c; ++c) dst[c] += src[c];
    }
  });
  parallel_for(s.n * s.h, [&](int64_t i) {
    float* row = padded + (i / s.h * s.rows() + i % s.h + s.pad) * stride;
    for (int64_t p = 0; p < s.pad; ++p) {
      add_pixel(s, row, p);
      add_pixel(s, row, s.pad + s.w + p);
    }
  });
}

void pad_image(const Halo& s, const float* x, float* padded) {
  parallel_for(s.n * s.h, [&](int64_t i) {
    std::memcpy(s.interior(padded, i / s.h, i % s.h), x + i * s.w * s.c, s.w * s.c * sizeof(float));
  });
  fill_halo(s, padded);
}

void unpad_gradient(const Halo& s, float* padded, float* dx) {
  fold_halo(s, padded);
  parallel_for(s.n * s.h, [&](int64_t i) {
    std::memcpy(dx + i * s.w * s.c, s.interior(padded, i / s.h, i % s.h), s.w * s.c * sizeof(float));
  });
}

}  // namespace dip
