// Reflect and replicate padding of channels-last images, and their adjoint. (Zero padding is left to oneDNN.)
#pragma once
#include <cstdint>
#include <string>

namespace dip {

struct Halo {
  int64_t n, h, w, c;  // the image inside
  int64_t pad;         // pixels added on each side
  bool reflect;        // else replicate
  int64_t rows() const { return h + 2 * pad; }
  int64_t columns() const { return w + 2 * pad; }
  int64_t floats() const { return n * rows() * columns() * c; }
  // The pixel of an axis of `size` pixels that padded position `p` repeats.
  int64_t source(int64_t p, int64_t size) const;
  // Start of image row `row` inside a padded buffer.
  template <class T>
  T* interior(T* padded, int64_t image, int64_t row) const {
    return padded + ((image * rows() + row + pad) * columns() + pad) * c;
  }
};

void fill_halo(const Halo& halo, float* padded);                // borders from the interior
void fold_halo(const Halo& halo, float* padded);                // adjoint: adds the borders onto the interior, in place
void pad_image(const Halo& halo, const float* x, float* padded);
void unpad_gradient(const Halo& halo, float* padded, float* dx);  // folds in place, then copies the interior

}  // namespace dip
