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

void add_moment_sums(const float* __restrict pivot, const float* __restrict x, int64_t pixels, int64_t channels,
                     float* __restrict sums) {
  float* __restrict squares = sums + channels;
  for (int64_t p = 0; p < pixels; ++p, x += channels) {
#pragma omp simd
    for (int64_t c = 0; c < channels; ++c) {
      const float d = x[c] - pivot[c];
      sums[c] += d;
      squares[c] += d * d;
    }
  }
}

void add_pixels(const float* __restrict x, int64_t pixels, int64_t channels, float* __restrict sums) {
  for (int64_t p = 0; p < pixels; ++p, x += channels)
    for (int64_t c = 0; c < channels; ++c) sums[c] += x[c];
}

void normalise(const Norm& norm, const float* __restrict x, int64_t pixels, int64_t channels, float slope,
               float* __restrict y) {
  const float* __restrict mean = norm.mean.data();
  const float* __restrict scale = norm.scale.data();
  const float* __restrict shift = norm.shift.data();
  for (int64_t p = 0; p < pixels; ++p, x += channels, y += channels) {
#pragma omp simd
    for (int64_t c = 0; c < channels; ++c) {
      const float z = (x[c] - mean[c]) * scale[c] + shift[c];
      y[c] = z > 0.0f ? z : z * slope;
    }
  }
}

void add_gradient_sums(const Norm& norm, const float* __restrict dy, const float* __restrict x, int64_t pixels,
                       int64_t channels, float slope, float* __restrict sums) {
  const float* __restrict scale = norm.scale.data();
  const float* __restrict shift = norm.shift.data();
  const float* __restrict mean = norm.mean.data();
  const float* __restrict rstd = norm.rstd.data();
  float* __restrict products = sums + channels;
  for (int64_t p = 0; p < pixels; ++p, x += channels, dy += channels) {
#pragma omp simd
    for (int64_t c = 0; c < channels; ++c) {
      const float centred = x[c] - mean[c];
      const float g = dy[c] * (centred * scale[c] + shift[c] > 0.0f ? 1.0f : slope);
      sums[c] += g;
      products[c] += g * (centred * rstd[c]);
    }
  }
}

void normalise_backward(const Norm& norm, const NormGradient& gradient, const float* __restrict dy,
                        const float* __restrict x, int64_t pixels, int64_t channels, float slope, float* __restrict dx,
                        float* __restrict sums) {
  const float* __restrict scale = norm.scale.data();
  const float* __restrict shift = norm.shift.data();
  const float* __restrict mean = norm.mean.data();
  const float* __restrict offset = gradient.offset.data();
  const float* __restrict factor = gradient.factor.data();
  for (int64_t p = 0; p < pixels; ++p, x += channels, dy += channels, dx += channels) {
#pragma omp simd
    for (int64_t c = 0; c < channels; ++c) {
      const float centred = x[c] - mean[c];
      const float g = dy[c] * (centred * scale[c] + shift[c] > 0.0f ? 1.0f : slope);
      const float d = scale[c] * (g - offset[c] - centred * factor[c]);
      dx[c] = d;
      sums[c] += d;
    }
  }
}

}  // namespace dip
