// Matrices that resample: each row is zero but for one run, and only runs are multiplied. So what is no number spoils what is made
// of it, where a whole matrix' zeros would spoil all the row.
#pragma once
#include <algorithm>
#include <cstdint>
#include <vector>

namespace dip {

// Row `row` of a matrix [rows, columns], or of it transposed.
struct Matrix {
  const float* values;
  int64_t rows, columns;
  bool transposed;
  int64_t height() const { return transposed ? columns : rows; }
  int64_t width() const { return transposed ? rows : columns; }
  float at(int64_t row, int64_t column) const {
    return transposed ? values[column * columns + row] : values[row * columns + column];
  }
};

inline float clipped(float x) { return std::min(std::max(x, 0.0f), 1.0f); }  // keeps what is no number

// Multiplies along an image's rows.
class Across {
 public:
  explicit Across(const Matrix& matrix);
  // x, as many numbers as the matrix is wide -> y, as many as it is high
  void apply(const float* x, float* y) const;

 private:
  struct Group {  // some rows of the matrix, whose results are computed at once
    int64_t first;
    std::vector<float> weights;  // for each number from the first on, one a row
  };
  int64_t height_;
  std::vector<Group> groups_;
};

// Multiplies along its columns.
class Down {
 public:
  explicit Down(const Matrix& matrix);
  // x, as many rows as the matrix is wide, `width` numbers each -> row i of what is made of them, or of them clipped to [0, 1]
  void apply(int64_t i, const float* x, int64_t width, bool clips, float* y) const;

 private:
  struct Run {
    int64_t first;
    std::vector<float> weights;
  };
  std::vector<Run> runs_;
};

}  // namespace dip
