// Reflect and replicate padding of channels-last images, and their adjoint. (Zero padding is left to oneDNN.)
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

namespace dip {

struct Halo {
  int64_t n, h, w, c;  // the image inside
  int64_t pad;         // pixels added on each side
  bool reflect;        // else replicate
  int64_t rows() const { return h + 2 * pad; }
  int64_t columns() const { return w + 2 * pad; }
  int64_t numbers() const { return n * rows() * columns() * c; }
  // The pixel of an axis of `size` pixels that padded position `p` repeats.
  int64_t source(int64_t p, int64_t size) const;
  // Where image row `row` starts inside a padded buffer.
  int64_t interior(int64_t image, int64_t row) const { return ((image * rows() + row + pad) * columns() + pad) * c; }
};

void fill_halo(const Halo& halo, void* padded, size_t size);  // borders from the interior; size: bytes of a number
void fold_halo(const Halo& halo, float* padded);              // adjoint: adds the borders onto the interior, in place

}  // namespace dip
