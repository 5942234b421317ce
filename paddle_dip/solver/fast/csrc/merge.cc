#include "merge.h"

#include <algorithm>
#include <cstring>

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
  for (int64_t x = 0; x < w; ++x, out += channels(), from += skip_c) {
    for (int64_t c = 0; c < skip_c; ++c) out[c] = from[c];
    const float* __restrict l = blend + columns.near[x] * deep_c;
    const float* __restrict r = blend + columns.far[x] * deep_c;
    const float wl = columns.near_weight[x], wr = columns.far_weight[x];
    float* __restrict to = out + skip_c;
#pragma omp simd
    for (int64_t c = 0; c < deep_c; ++c) to[c] = wl * l[c] + wr * r[c];
  }
}

void Merge::gather_columns(const float* gradient, float* blend) const {
  std::memset(blend, 0, blend_floats() * sizeof(float));
  for (int64_t x = 0; x < w; ++x) {
    const float* __restrict g = gradient + x * channels() + skip_c;
    float* __restrict l = blend + columns.near[x] * deep_c;
    const float wl = columns.near_weight[x], wr = columns.far_weight[x];
#pragma omp simd
    for (int64_t c = 0; c < deep_c; ++c) l[c] += wl * g[c];
    float* __restrict r = blend + columns.far[x] * deep_c;  // the same pixel as l at the border: hence two loops
#pragma omp simd
    for (int64_t c = 0; c < deep_c; ++c) r[c] += wr * g[c];
  }
}

void Merge::skip_gradient_row(const float* gradient, int64_t image, int64_t row, float* d_skip) const {
  float* to = d_skip + ((image * skip_h + skip_top + row) * skip_w + skip_left) * skip_c;
  for (int64_t x = 0; x < w; ++x, to += skip_c, gradient += channels())
    for (int64_t c = 0; c < skip_c; ++c) to[c] = gradient[c];
}

}  // namespace dip
