// The joint of the hourglass: [skip, upsampled deeper] along the channels, both centre-cropped to the smaller size.
//
// The concatenation is never stored: a row of it is rebuilt from its two sources whenever it is needed.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

#include "parallel.h"

namespace dip {

// Linear interpolation along one axis: output o = near_weight[o] * in[near[o]] + far_weight[o] * in[far[o]].
struct Axis {
  std::vector<int64_t> near, far;
  std::vector<float> near_weight, far_weight;
  // Twice `size` positions, of which `length` from `start`; align_corners=False, or nearest.
  Axis(int64_t size, int64_t start, int64_t length, bool bilinear);
};

struct Merge {
  int64_t n, h, w;                                   // output size
  int64_t skip_h, skip_w, skip_c, skip_top, skip_left;
  int64_t deep_h, deep_w, deep_c;
  Axis rows, columns;
  Merge(const std::vector<int64_t>& skip, const std::vector<int64_t>& deeper, bool bilinear);
  int64_t channels() const { return skip_c + deep_c; }
  int64_t blend_floats() const { return deep_w * deep_c; }

  // Row `row` of image `image` of the concatenation, (w, channels); blend holds blend_floats().
  void concatenate_row(const float* skip, const float* deeper, int64_t image, int64_t row, float* blend, float* out) const;
  // Adjoint for the deeper branch along columns: gradient row (w, channels) -> blend (deep_w, deep_c), overwritten.
  void gather_columns(const float* gradient, float* blend) const;
  // Adjoint along rows: gathered(i) is the result of gather_columns for output row i (all images) -> d_deeper.
  template <class Row>
  void gather_rows(const Row& gathered, float* d_deeper) const {
    parallel_for(n * deep_h, [&](int64_t i) {
      float* to = d_deeper + i * blend_floats();
      std::fill(to, to + blend_floats(), 0.0f);
      for (int64_t row = 0; row < h; ++row) {
        if (rows.near[row] == i % deep_h) add_scaled(rows.near_weight[row], gathered(i / deep_h * h + row), to);
        if (rows.far[row] == i % deep_h) add_scaled(rows.far_weight[row], gathered(i / deep_h * h + row), to);
      }
    });
  }
  void skip_gradient_row(const float* gradient, int64_t image, int64_t row, float* d_skip) const;
 private:
  void add_scaled(float factor, const float* __restrict from, float* __restrict to) const {
    if (factor == 0.0f) return;
    for (int64_t i = 0; i < blend_floats(); ++i) to[i] += factor * from[i];
  }
};

}  // namespace dip
