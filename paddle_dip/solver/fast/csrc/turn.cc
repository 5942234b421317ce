#include "turn.h"

#include <algorithm>

#include "lanes.h"

namespace dip {

constexpr int kLanes = 16;
using Row = Lanes<kLanes>;
constexpr int64_t kRows = 8;   // of y at once, by one or two of kLanes: as many sums as a CPU has registers for
constexpr int64_t kBlock = 4;  // of a gram matrix' sides at once

Basis::Basis(const float* values, int64_t side, bool transposed)
    : side_(side), stride_((side + kLanes - 1) / kLanes * kLanes), values_(side * stride_) {
  for (int64_t i = 0; i < side; ++i)
    for (int64_t j = 0; j < side; ++j) values_[i * stride_ + j] = transposed ? values[j * side + i] : values[i * side + j];
}

// Rows of y from `row` on and its columns from `column` on. What is read beyond x's columns adds to no row that is kept.
template <int kWide>
static void turn_block(const float* x, int64_t columns, const Basis& basis, int64_t row, int64_t column, float* y) {
  Row sums[kRows][kWide] = {};
  for (int64_t k = 0; k < basis.side(); ++k)
    for (int64_t i = 0; i < kRows; ++i)
      for (int w = 0; w < kWide; ++w) sums[i][w] += x[k * columns + row + i] * load<kLanes>(basis.row(k) + column + w * kLanes);
  const int64_t height = std::min(kRows, columns - row), width = basis.side() - column;
  // Lanes that go beyond a row are cut off, but where a row has no others: what they spoil is the next row's, and written later.
  const bool whole = width >= kWide * kLanes || (column == 0 && kWide == 1);
  for (int64_t i = 0; i < height; ++i) {
    float* to = y + (row + i) * basis.side() + column;
    for (int64_t j = 0; !whole && j < width; ++j) to[j] = sums[i][j / kLanes][j % kLanes];
    for (int w = 0; whole && w < kWide; ++w) store(to + w * kLanes, sums[i][w]);
  }
}

void turn(const float* x, int64_t columns, const Basis& basis, float* y) {
  for (int64_t row = 0; row < columns; row += kRows) {
    int64_t column = 0;
    for (; column + kLanes < basis.side(); column += 2 * kLanes) turn_block<2>(x, columns, basis, row, column, y);
    if (column < basis.side()) turn_block<1>(x, columns, basis, row, column, y);
  }
}

void transpose(const float* x, int64_t rows, int64_t columns, float* y) {
  for (int64_t j = 0; j < columns; ++j)
    for (int64_t i = 0; i < rows; ++i) y[j * rows + i] = x[i * columns + j];
}

template <int kWidth>
static float sum(const Lanes<kWidth>& lanes) {
  if constexpr (kWidth > 4) {
    Lanes<kWidth / 2> halves[2];
    std::memcpy(halves, &lanes, sizeof lanes);
    return sum<kWidth / 2>(halves[0] + halves[1]);
  } else {
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
  }
}

// y, [side, side], at the rows from i on and the columns from j on, and where these are mirrored.
template <int kHigh, int kWide>
static void gram_block(const float* x, int64_t side, int64_t columns, int64_t i, int64_t j, float decay, float* y) {
  Row sums[kHigh][kWide] = {};
  const float *left = x + i * columns, *right = x + j * columns;
  int64_t k = 0;
  for (; k + kLanes <= columns; k += kLanes)
    for (int64_t a = 0; a < kHigh; ++a)
      for (int64_t b = 0; b < kWide; ++b) sums[a][b] += load<kLanes>(left + a * columns + k) * load<kLanes>(right + b * columns + k);
  for (int64_t a = 0; a < kHigh; ++a)
    for (int64_t b = 0; b < kWide && j + b <= i + a; ++b) {
      float all = sum<kLanes>(sums[a][b]);
      for (int64_t rest = k; rest < columns; ++rest) all += left[a * columns + rest] * right[b * columns + rest];
      const int64_t at = (i + a) * side + j + b, mirrored = (j + b) * side + i + a;
      y[at] = y[mirrored] = decay * y[at] + all;
    }
}

template <int kHigh>
static void gram_rows(const float* x, int64_t side, int64_t columns, int64_t i, float decay, float* y) {
  int64_t j = 0;
  for (; j + kBlock <= i + kHigh; j += kBlock) gram_block<kHigh, kBlock>(x, side, columns, i, j, decay, y);
  for (; j < i + kHigh; ++j) gram_block<kHigh, 1>(x, side, columns, i, j, decay, y);
}

void add_gram(const float* x, int64_t side, int64_t columns, float decay, float* y) {
  int64_t i = 0;
  for (; i + kBlock <= side; i += kBlock) gram_rows<kBlock>(x, side, columns, i, decay, y);
  for (; i < side; ++i) gram_rows<1>(x, side, columns, i, decay, y);
}

}  // namespace dip
