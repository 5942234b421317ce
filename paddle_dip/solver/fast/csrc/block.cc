#include "block.h"

namespace dip {

void Block::forward(const void* src, const BlockParameters& p, void* convolved, float* mean, float* variance,
                    const Operand& y) const {
  convolution(conv).forward(src, p.weight, p.bias, convolved);
  const Rows r = rows();
  typed({convolved, conv.narrow_dst}, [&](const auto* x) {
    moments(r, [&](int64_t i) { return x + i * r.floats(); }, mean, variance);
    const Norm norm(mean, variance, p.gamma, p.beta, r.c, eps);
    parallel_for(r.count, [&](int64_t i) {
      const int64_t at = i * r.floats();
      y.write(at, r.floats(), [&](float* row) { normalise(norm, x + at, r.pixels, r.c, slope, row); });
    });
  });
}

const void* Block::backward_norm(const Values& dy, const BlockParameters& p, const void* convolved, const float* mean,
                                 const float* variance, const BlockGradients& d) const {
  const Norm norm(mean, variance, p.gamma, p.beta, rows().c, eps);
  return typed(dy, [&](const auto* g) {
    return typed({convolved, conv.narrow_dst}, [&](const auto* x) { return backward_norm_of(g, x, norm, d); });
  });
}

template <class D, class X>
const void* Block::backward_norm_of(const D* dy, const X* x, const Norm& norm, const BlockGradients& d) const {
  const Rows r = rows();
  const std::vector<double> sums = sum_rows(r.count, 2 * r.c, [&](int64_t i, float* partial) {
    add_gradient_sums(norm, dy + i * r.floats(), x + i * r.floats(), r.pixels, r.c, slope, partial);
  });
  const NormGradient gradient(norm, sums, r.total());
  const Operand out(Slot::kGradient, r.count * r.floats(), conv.bf16);
  const std::vector<double> bias = sum_rows(r.count, r.c, [&](int64_t i, float* partial) {
    const int64_t at = i * r.floats();
    out.write(at, r.floats(), [&](float* row) {
      normalise_backward(norm, gradient, dy + at, x + at, r.pixels, r.c, slope, row, partial);
    });
  });
  std::copy(sums.begin(), sums.begin() + r.c, d.beta);
  std::copy(sums.begin() + r.c, sums.end(), d.gamma);
  std::copy(bias.begin(), bias.end(), d.bias);
  return out.data();
}

}  // namespace dip
