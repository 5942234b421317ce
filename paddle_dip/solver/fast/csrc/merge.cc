#include "merge.h"

#include <algorithm>
#include <cstring>

#include "lanes.h"

namespace dip {

Axis::Axis(int64_t size, int64_t start, int64_t length, bool bilinear) {
  for (int64_t i = start; i < start + length; ++i) {
    // Pixel centres: (i + 0.5) / 2 - 0.5 lies a quarter pixel before or after i / 2.
    const int64_t centre = i / 2, other = bilinear ? (i % 2 ? centre + 1 : centre - 1) : centre;
    near.push_back(centre);
    far.push_back(std::clamp<int64_t>(other, 0, size - 1));
    near_weight.push_back(bilinear ? 0.75f : 1.0f);
    far_weight.push_back(bilinear ? 0.25f : 0.0f);
  }
}

static int64_t smaller(int64_t skip, int64_t deeper, bool has_skip) {
  return has_skip ? std::min(skip, 2 * deeper) : 2 * deeper;
}

Merge::Merge(const std::vector<int64_t>& skip, const std::vector<int64_t>& deeper, bool bilinear)
    : n(deeper[0]),
      h(smaller(skip[1], deeper[1], skip[3] > 0)),
      w(smaller(skip[2], deeper[2], skip[3] > 0)),
      skip_h(skip[1]), skip_w(skip[2]), skip_c(skip[3]),
      skip_top((skip[1] - h) / 2), skip_left((skip[2] - w) / 2),
      deep_h(deeper[1]), deep_w(deeper[2]), deep_c(deeper[3]),
      rows(deep_h, (2 * deep_h - h) / 2, h, bilinear),
      columns(deep_w, (2 * deep_w - w) / 2, w, bilinear) {}

void Merge::concatenate_row(const float* skip, const float* deeper, int64_t image, int64_t row, float* __restrict blend,
                            float* __restrict out) const {
  const float* __restrict a = deeper + (image * deep_h + rows.near[row]) * blend_floats();
  const float* __restrict b = deeper + (image * deep_h + rows.far[row]) * blend_floats();
  const float wa = rows.near_weight[row], wb = rows.far_weight[row];
#pragma omp simd
  for (int64_t i = 0; i < blend_floats(); ++i) blend[i] = wa * a[i] + wb * b[i];
  const float* from = skip + ((image * skip_h + skip_top + row) * skip_w + skip_left) * skip_c;
  by_lanes(skip_c, [&](auto width, int64_t c) {
    for (int64_t x = 0; x < w; ++x) store(out + x * channels() + c, load<width>(from + x * skip_c + c));
  });
  by_lanes(deep_c, [&](auto width, int64_t c) {
    for (int64_t x = 0; x < w; ++x) {
      const auto l = load<width>(blend + columns.near[x] * deep_c + c), r = load<width>(blend + columns.far[x] * deep_c + c);
      store(out + x * channels() + skip_c + c, columns.near_weight[x] * l + columns.far_weight[x] * r);
    }
  });
}

void Merge::gather_columns(const float* gradient, float* blend) const {
  std::memset(blend, 0, blend_floats() * sizeof(float));
  by_lanes(deep_c, [&](auto width, int64_t c) {
    auto add = [&](int64_t to, float weight, const auto& lanes) {
      float* sum = blend + to * deep_c + c;
      store(sum, load<width>(sum) + weight * lanes);
    };
    for (int64_t x = 0; x < w; ++x) {
      const auto g = load<width>(gradient + x * channels() + skip_c + c);
      add(columns.near[x], columns.near_weight[x], g);
      add(columns.far[x], columns.far_weight[x], g);
    }
  });
}

void Merge::skip_gradient_row(const float* gradient, int64_t image, int64_t row, float* d_skip) const {
  float* to = d_skip + ((image * skip_h + skip_top + row) * skip_w + skip_left) * skip_c;
  by_lanes(skip_c, [&](auto width, int64_t c) {
    for (int64_t x = 0; x < w; ++x) store(to + x * skip_c + c, load<width>(gradient + x * channels() + c));
  });
}

}  // namespace dip
