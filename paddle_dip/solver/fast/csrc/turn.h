// Products of small matrices: what turns a kernel into its bases and back, and the statistics these are made from.
#pragma once
#include <cstdint>
#include <vector>

namespace dip {

constexpr int64_t kBeyond = 16;  // floats behind the ends of x and y that `turn` may read and write

// A square matrix, or its transpose, its rows filled up with zeros.
class Basis {
 public:
  Basis(const float* values, int64_t side, bool transposed);
  const float* row(int64_t i) const { return values_.data() + i * stride_; }
  int64_t side() const { return side_; }

 private:
  int64_t side_, stride_;
  std::vector<float> values_;
};

// y = x^T basis, [columns, side], of x, [side, columns].
void turn(const float* x, int64_t columns, const Basis& basis, float* y);

// y = x^T, of x, [rows, columns].
void transpose(const float* x, int64_t rows, int64_t columns, float* y);

// y = decay y + x x^T, [side, side], of x, [side, columns].
void add_gram(const float* x, int64_t side, int64_t columns, float decay, float* y);

}  // namespace dip
