// Batch normalisation in train mode, with the leaky ReLU that follows it, on rows of channels-last pixels.
//
// Every sum over pixels goes row by row in float32 and over rows in float64, in a fixed order: results don't depend
// on the number of threads.
#pragma once
#include <cstdint>
#include <algorithm>
#include <vector>

#include "lanes.h"
#include "parallel.h"
#include "scratch.h"

namespace dip {

struct Rows {
  int64_t count, pixels, c;  // rows, pixels per row, channels
  int64_t floats() const { return pixels * c; }
  int64_t total() const { return count * pixels; }
};

// Per-channel constants: xhat = (x - mean) * rstd, z = (x - mean) * scale + shift. Subtracting the mean first costs nothing
// here, where memory is the limit, and keeps the digits that x * scale + constant loses when |mean| is above the deviation.
struct Norm {
  std::vector<float> mean, rstd, scale, shift;
  Norm(const float* mean, const float* variance, const float* gamma, const float* beta, int64_t c, float eps);
};

// Column sums of partials (rows, width), in float64.
std::vector<double> combine(const float* partials, int64_t rows, int64_t width);

// What the sums of a gradient come to, by channel.
struct NormGradient {
  std::vector<float> offset, factor;  // mean(g), rstd * mean(g * xhat)
  NormGradient(const Norm& norm, const std::vector<double>& sums, int64_t pixels);
};

// sums[0..c) += x
void add_pixels(const float* x, int64_t pixels, int64_t c, float* sums);

// y = leaky(z) for `pixels` pixels
template <class X>
void normalise(const Norm& norm, const X* __restrict x, int64_t pixels, int64_t channels, float slope, float* __restrict y) {
  by_lanes(channels, [&](auto width, int64_t c) {
    const auto mean = load<width>(&norm.mean[c]), scale = load<width>(&norm.scale[c]), shift = load<width>(&norm.shift[c]);
    for (int64_t at = c; at < pixels * channels; at += channels) {
      const auto z = (load<width>(x + at) - mean) * scale + shift;
      store(y + at, z > 0.0f ? z : z * slope);
    }
  });
}

// sums[0..c) += g, sums[c..2c) += g * xhat, where g = dy * leaky'(z)
template <class D, class X>
void add_gradient_sums(const Norm& norm, const D* __restrict dy, const X* __restrict x, int64_t pixels, int64_t channels,
                       float slope, float* __restrict sums) {
  by_lanes(channels, [&](auto width, int64_t c) {
    const auto mean = load<width>(&norm.mean[c]), scale = load<width>(&norm.scale[c]), shift = load<width>(&norm.shift[c]);
    const auto rstd = load<width>(&norm.rstd[c]);
    auto plain = load<width>(sums + c), products = load<width>(sums + channels + c);
    for (int64_t at = c; at < pixels * channels; at += channels) {
      const auto centred = load<width>(x + at) - mean, d = load<width>(dy + at);
      const auto g = centred * scale + shift > 0.0f ? d : d * slope;
      plain += g;
      products += g * (centred * rstd);
    }
    store(sums + c, plain);
    store(sums + channels + c, products);
  });
}

// dx = scale * (g - mean(g) - xhat * mean(g * xhat)); sums[c] += dx
template <class D, class X>
void normalise_backward(const Norm& norm, const NormGradient& gradient, const D* __restrict dy, const X* __restrict x,
                        int64_t pixels, int64_t channels, float slope, float* __restrict dx, float* __restrict sums) {
  by_lanes(channels, [&](auto width, int64_t c) {
    const auto mean = load<width>(&norm.mean[c]), scale = load<width>(&norm.scale[c]), shift = load<width>(&norm.shift[c]);
    const auto offset = load<width>(&gradient.offset[c]), factor = load<width>(&gradient.factor[c]);
    auto sum = load<width>(sums + c);
    for (int64_t at = c; at < pixels * channels; at += channels) {
      const auto centred = load<width>(x + at) - mean, d = load<width>(dy + at);
      const auto g = centred * scale + shift > 0.0f ? d : d * slope;
      const auto made = scale * (g - offset - centred * factor);
      store(dx + at, made);
      sum += made;
    }
    store(sums + c, sum);
  });
}

// sums[0..c) += x - pivot, sums[c..2c) += (x - pivot)^2
template <class X>
void add_moment_sums(const float* pivots, const X* __restrict x, int64_t pixels, int64_t channels, float* __restrict sums) {
  by_lanes(channels, [&](auto width, int64_t c) {
    const auto pivot = load<width>(pivots + c);
    auto plain = load<width>(sums + c), squares = load<width>(sums + channels + c);
    for (int64_t at = c; at < pixels * channels; at += channels) {
      const auto d = load<width>(x + at) - pivot;
      plain += d;
      squares += d * d;
    }
    store(sums + c, plain);
    store(sums + channels + c, squares);
  });
}

// Runs add(row, sums) for every row and returns the `width` totals.
template <class Add>
std::vector<double> sum_rows(int64_t rows, int64_t width, const Add& add) {
  float* partials = scratch_floats(Slot::kPartials, rows * width);
  parallel_for(rows, [&](int64_t row) {
    float* sums = partials + row * width;
    for (int64_t i = 0; i < width; ++i) sums[i] = 0.0f;
    add(row, sums);
  });
  return combine(partials, rows, width);
}

// Batch mean and biased variance. row(i) returns row i (possibly in a buffer of the calling thread).
// Values are taken relative to the first pixel: without it the variance of a channel with a large mean cancels.
template <class Row>
void moments(const Rows& rows, const Row& row, float* mean, float* variance) {
  const auto* first = row(0);
  std::vector<float> pivot(rows.c);
  for (int64_t c = 0; c < rows.c; ++c) pivot[c] = widen(first[c]);
  const std::vector<double> sums = sum_rows(rows.count, 2 * rows.c, [&](int64_t i, float* partial) {
    add_moment_sums(pivot.data(), row(i), rows.pixels, rows.c, partial);
  });
  for (int64_t c = 0; c < rows.c; ++c) {
    const double shift = sums[c] / rows.total();
    mean[c] = float(pivot[c] + shift);
    variance[c] = float(std::max(0.0, sums[rows.c + c] / rows.total() - shift * shift));
  }
}

}  // namespace dip
