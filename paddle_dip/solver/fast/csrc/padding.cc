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

static void copy_pixel(const Halo& s, char* row, int64_t to, size_t pixel) {
  std::memcpy(row + to * pixel, row + (s.source(to, s.w) + s.pad) * pixel, pixel);
}

void fill_halo(const Halo& s, void* padded, size_t size) {
  const size_t pixel = s.c * size, stride = s.columns() * pixel;
  char* const first = static_cast<char*>(padded);
  parallel_for(s.n * s.h, [&](int64_t i) {
    char* row = first + (i / s.h * s.rows() + i % s.h + s.pad) * stride;
    for (int64_t p = 0; p < s.pad; ++p) {
      copy_pixel(s, row, p, pixel);
      copy_pixel(s, row, s.pad + s.w + p, pixel);
    }
  });
  parallel_for(s.n * 2 * s.pad, [&](int64_t i) {
    const int64_t p = i % (2 * s.pad), to = p < s.pad ? p : s.h + p;
    char* image = first + i / (2 * s.pad) * s.rows() * stride;
    std::memcpy(image + to * stride, image + (s.source(to, s.h) + s.pad) * stride, stride);
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

}  // namespace dip
