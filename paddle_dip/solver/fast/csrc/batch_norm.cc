#include "batch_norm.h"

#include <cmath>

namespace dip {

Norm::Norm(const float* m, const float* variance, const float* gamma, const float* beta, int64_t c, float eps)
    : mean(m, m + c), rstd(c), scale(c), shift(beta, beta + c) {
  for (int64_t i = 0; i < c; ++i) {
    rstd[i] = float(1.0 / std::sqrt(double(variance[i]) + eps));
    scale[i] = gamma[i] * rstd[i];
  }
}

NormGradient::NormGradient(const Norm& norm, const std::vector<double>& sums, int64_t pixels)
    : offset(norm.mean.size()), factor(norm.mean.size()) {
  const size_t channels = norm.mean.size();
  for (size_t c = 0; c < channels; ++c) {
    offset[c] = float(sums[c] / pixels);
    factor[c] = float(norm.rstd[c] * sums[channels + c] / pixels);
  }
}

std::vector<double> combine(const float* partials, int64_t rows, int64_t width) {
  std::vector<double> total(width, 0.0);
  constexpr int64_t kBlock = 64;
  parallel_for((width + kBlock - 1) / kBlock, [&](int64_t block) {
    const int64_t end = std::min(width, (block + 1) * kBlock);
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t i = block * kBlock; i < end; ++i) total[i] += partials[row * width + i];
  });
  return total;
}

void add_pixels(const float* __restrict x, int64_t pixels, int64_t channels, float* __restrict sums) {
  for (int64_t p = 0; p < pixels; ++p, x += channels)
    for (int64_t c = 0; c < channels; ++c) sums[c] += x[c];
}

}  // namespace dip
