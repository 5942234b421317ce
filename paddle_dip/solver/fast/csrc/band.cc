#include "band.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "lanes.h"

namespace dip {
namespace {

// Where the runs of some rows begin and end.
std::pair<int64_t, int64_t> run_of(const Matrix& matrix, int64_t row, int64_t rows) {
  auto is_zero = [&](int64_t column) {
    for (int64_t i = row; i < row + rows; ++i)
      if (matrix.at(i, column) != 0.0f) return false;
    return true;
  };
  int64_t first = 0, end = matrix.width();
  while (first < end && is_zero(first)) ++first;
  while (end > first && is_zero(end - 1)) --end;
  return {first, end};
}

}  // namespace

Across::Across(const Matrix& matrix) : height_(matrix.height()) {
  for (int64_t row = 0; row < height_; row += kWidest) {
    const int64_t rows = std::min<int64_t>(kWidest, height_ - row);
    const auto [first, end] = run_of(matrix, row, rows);
    Group group{first, std::vector<float>((end - first) * kWidest, 0.0f)};
    for (int64_t column = first; column < end; ++column)
      for (int64_t i = 0; i < rows; ++i) group.weights[(column - first) * kWidest + i] = matrix.at(row + i, column);
    groups_.push_back(std::move(group));
  }
}

void Across::apply(const float* x, float* y) const {
  constexpr int64_t kSums = 4;  // that don't wait for each other
  for (size_t b = 0; b < groups_.size(); ++b) {
    const float *weights = groups_[b].weights.data(), *from = x + groups_[b].first;
    const int64_t count = int64_t(groups_[b].weights.size()) / kWidest;
    Lanes<kWidest> sums[kSums] = {};
    int64_t k = 0;
    for (; k + kSums <= count; k += kSums)
      for (int64_t i = 0; i < kSums; ++i) sums[i] += from[k + i] * load<kWidest>(weights + (k + i) * kWidest);
    for (; k < count; ++k) sums[0] += from[k] * load<kWidest>(weights + k * kWidest);
    const Lanes<kWidest> all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    const int64_t at = int64_t(b) * kWidest;
    std::memcpy(y + at, &all, std::min<int64_t>(kWidest, height_ - at) * sizeof(float));
  }
}

Down::Down(const Matrix& matrix) {
  for (int64_t row = 0; row < matrix.height(); ++row) {
    const auto [first, end] = run_of(matrix, row, 1);
    Run run{first, {}};
    for (int64_t column = first; column < end; ++column) run.weights.push_back(matrix.at(row, column));
    runs_.push_back(std::move(run));
  }
}

void Down::apply(int64_t i, const float* __restrict x, int64_t width, bool clips, float* __restrict y) const {
  std::fill(y, y + width, 0.0f);
  const float* from = x + runs_[i].first * width;
  for (const float weight : runs_[i].weights) {
    for (int64_t k = 0; k < width; ++k) y[k] += weight * (clips ? clipped(from[k]) : from[k]);
    from += width;
  }
}

}  // namespace dip
