// Operator dip_merge_block: [skip, upsampled deeper], batch normalisation, then a whole conv block on it.
#include "merge.h"
#include "op_blocks.h"

namespace dip {
namespace {

// The joint with the batch statistics of its concatenation.
struct Joint {
  const Merge& merge;
  const float *skip, *deeper;
  Rows rows() const { return {merge.n * merge.h, merge.w, merge.channels()}; }

  const float* row(int64_t i) const {
    float* blend = scratch_floats(Slot::kRows, merge.blend_floats() + rows().floats());
    float* out = blend + merge.blend_floats();
    merge.concatenate_row(skip, deeper, i / merge.h, i % merge.h, blend, out);
    return out;
  }

  void statistics(float* mean, float* variance) const {
    moments(rows(), [this](int64_t i) { return row(i); }, mean, variance);
  }

  // The normalised concatenation, padded, as a convolution reads it.
  const void* normalised(const Norm& norm, const Halo& halo, bool bf16) const {
    const Operand padded(Slot::kPadded, halo.numbers(), bf16);
    parallel_for(rows().count, [&](int64_t i) {
      padded.write(halo.interior(i / merge.h, i % merge.h), rows().floats(),
                   [&](float* to) { normalise(norm, row(i), merge.w, merge.channels(), 1.0f, to); });
    });
    padded.fill_halo(halo);
    return padded.data();
  }

  // Gradient of the normalised concatenation, inside a folded halo, -> gradients of skip and deeper. Overwrites `folded`.
  void backward(const Norm& norm, const Halo& halo, float* folded, float* d_gamma, float* d_beta, float* d_skip,
                float* d_deeper) const {
    const int64_t c = merge.channels();
    auto gradient_row = [&](int64_t i) { return folded + halo.interior(i / merge.h, i % merge.h); };
    const std::vector<double> sums = sum_rows(rows().count, 2 * c, [&](int64_t i, float* partial) {
      add_gradient_sums(norm, gradient_row(i), row(i), merge.w, c, 1.0f, partial);
    });
    std::copy(sums.begin(), sums.begin() + c, d_beta);
    std::copy(sums.begin() + c, sums.end(), d_gamma);
    const NormGradient gradient(norm, sums, rows().total());
    parallel_for(rows().count, [&](int64_t i) {
      float* d = scratch_floats(Slot::kGradientRow, rows().floats() + c);
      normalise_backward(norm, gradient, gradient_row(i), row(i), merge.w, c, 1.0f, d, d + rows().floats());
      if (d_skip) merge.skip_gradient_row(d, i / merge.h, i % merge.h, d_skip);
      merge.gather_columns(d, gradient_row(i));  // in place of the row that it consumed, being shorter
    });
    merge.gather_rows(gradient_row, d_deeper);
  }
};

struct Setup {
  Merge merge;
  Halo halo;
  Block block;
  Setup(const Shape& skip, const Shape& deeper, const Shape& weight, const std::string& padding, bool bilinear, float slope,
        float eps, bool bf16)
      : merge(skip, deeper, bilinear),
        halo(halo_of({merge.n, merge.h, merge.w, merge.channels()}, weight[2], padding)),
        block{conv_of(halo, weight, 1, padding, bf16), slope, eps} {
    block.conv.narrow_dst = bf16;
    PD_CHECK(skip[0] == deeper[0], "skip and deeper must have the same batch size");
    PD_CHECK(merge.w >= merge.deep_w, "skip must not be smaller than deeper");  // the backward pass reuses rows
  }
};

}  // namespace

Tensors merge_block_forward(const paddle::Tensor& skip, const paddle::Tensor& deeper, const paddle::Tensor& merge_gamma,
                            const paddle::Tensor& merge_beta, const paddle::Tensor& weight, const paddle::Tensor& bias,
                            const paddle::Tensor& gamma, const paddle::Tensor& beta,
                            const paddle::Tensor& merge_running_mean, const paddle::Tensor& merge_running_variance,
                            const paddle::Tensor& running_mean, const paddle::Tensor& running_variance,
                            const std::string& padding, bool bilinear, float slope, float eps, float momentum, bool bf16,
                            bool narrow) {
  check_floats(skip, "skip", 4);
  check_floats(deeper, "deeper", 4);
  check_floats(weight, "weight", 4);
  const Setup s(skip.shape(), deeper.shape(), weight.shape(), padding, bilinear, slope, eps, bf16);
  const Shape shape = output_shape(s.block.conv), inner{s.merge.channels()}, outer{s.block.conv.oc};
  paddle::Tensor merge_mean = empty(inner), merge_variance = empty(inner);
  paddle::Tensor y = empty(shape, narrow), convolved = empty(shape, bf16), mean = empty(outer), variance = empty(outer);
  const Joint joint{s.merge, skip.data<float>(), deeper.data<float>()};
  joint.statistics(merge_mean.data<float>(), merge_variance.data<float>());
  const Norm norm(merge_mean.data<float>(), merge_variance.data<float>(), merge_gamma.data<float>(),
                  merge_beta.data<float>(), s.merge.channels(), eps);
  s.block.forward(joint.normalised(norm, s.halo, bf16),
                  {weight.data<float>(), bias.data<float>(), gamma.data<float>(), beta.data<float>()},
                  convolved.data(), mean.data<float>(), variance.data<float>(), {y.data(), narrow});
  update_running(merge_running_mean, merge_mean, momentum);
  update_running(merge_running_variance, merge_variance, momentum);
  update_running(running_mean, mean, momentum);
  update_running(running_variance, variance, momentum);
  return {y, merge_mean, merge_variance, mean, variance, convolved};
}

Tensors merge_block_backward(const paddle::Tensor& skip, const paddle::Tensor& deeper, const paddle::Tensor& merge_gamma,
                             const paddle::Tensor& merge_beta, const paddle::Tensor& weight, const paddle::Tensor& bias,
                             const paddle::Tensor& gamma, const paddle::Tensor& beta, const paddle::Tensor& merge_mean,
                             const paddle::Tensor& merge_variance, const paddle::Tensor& mean,
                             const paddle::Tensor& variance, const paddle::Tensor& convolved, const paddle::Tensor& dy,
                             const std::string& padding, bool bilinear, float slope, float eps, float momentum, bool bf16) {
  check_floats(dy, "gradient of y", 4, bf16);
  const Setup s(skip.shape(), deeper.shape(), weight.shape(), padding, bilinear, slope, eps, bf16);
  const Shape inner{s.merge.channels()}, outer{s.block.conv.oc};
  paddle::Tensor dw = empty(weight.shape()), db = empty(outer), dgamma = empty(outer), dbeta = empty(outer);
  const void* d = s.block.backward_norm(
      values_of(dy), {weight.data<float>(), bias.data<float>(), gamma.data<float>(), beta.data<float>()},
      convolved.data(), mean.data<float>(), variance.data<float>(),
      {dw.data<float>(), db.data<float>(), dgamma.data<float>(), dbeta.data<float>()});
  const Joint joint{s.merge, skip.data<float>(), deeper.data<float>()};
  const Norm norm(merge_mean.data<float>(), merge_variance.data<float>(), merge_gamma.data<float>(),
                  merge_beta.data<float>(), s.merge.channels(), eps);
  convolution(s.block.conv).backward_weights(joint.normalised(norm, s.halo, bf16), d, dw.data<float>());
  float* padded = scratch_floats(Slot::kPadded, s.halo.numbers());
  convolution(s.block.conv).backward_data(d, weight.data<float>(), padded);
  fold_halo(s.halo, padded);
  // Cropped borders get no gradient from the rows below: start from zero there.
  const bool cropped = s.merge.h != s.merge.skip_h || s.merge.w != s.merge.skip_w;
  const Shape skip_shape = s.merge.skip_c ? skip.shape() : Shape{1};  // Paddle 3.0 refuses an output without elements
  paddle::Tensor d_skip = cropped ? paddle::full(skip_shape, 0.0f, paddle::DataType::FLOAT32) : empty(skip_shape);
  paddle::Tensor d_deeper = empty(deeper.shape()), d_gamma = empty(inner), d_beta = empty(inner);
  joint.backward(norm, s.halo, padded, d_gamma.data<float>(), d_beta.data<float>(),
                 s.merge.skip_c ? d_skip.data<float>() : nullptr, d_deeper.data<float>());
  return {d_skip, d_deeper, d_gamma, d_beta, dw, db, dgamma, dbeta};
}

static Tensors merge_block_kernel(const paddle::Tensor& skip, const paddle::Tensor& deeper, const paddle::Tensor& merge_gamma,
                                  const paddle::Tensor& merge_beta, const paddle::Tensor& weight, const paddle::Tensor& bias,
                                  const paddle::Tensor& gamma, const paddle::Tensor& beta,
                                  const paddle::Tensor& merge_running_mean, const paddle::Tensor& merge_running_variance,
                                  const paddle::Tensor& running_mean, const paddle::Tensor& running_variance,
                                  const std::string& padding, bool bilinear, float slope, float eps, float momentum, bool bf16) {
  return merge_block_forward(skip, deeper, merge_gamma, merge_beta, weight, bias, gamma, beta, merge_running_mean,
                             merge_running_variance, running_mean, running_variance, padding, bilinear, slope, eps, momentum, bf16,
                             false);
}

static std::vector<Shape> merge_block_shapes(const Shape& skip, const Shape& deeper, const Shape&, const Shape&,
                                             const Shape& weight, const Shape&, const Shape&, const Shape&,
                                             const Shape&, const Shape&, const Shape&, const Shape&,
                                             const std::string& padding, const bool& bilinear, const float& slope,
                                             const float& eps, const float&, const bool& bf16) {
  const Setup s(skip, deeper, weight, padding, bilinear, slope, eps, bf16);
  const Shape y = output_shape(s.block.conv), inner{s.merge.channels()}, outer{weight[0]};
  return {y, inner, inner, outer, outer, y};
}

}  // namespace dip

PD_BUILD_OP(dip_merge_block)
    .Inputs({"Skip", "Deeper", "MergeGamma", "MergeBeta", "Weight", "Bias", "Gamma", "Beta",
             "MergeRunningMean", "MergeRunningVariance", "RunningMean", "RunningVariance"})
    .Outputs({"Y", "MergeMean", "MergeVariance", "Mean", "Variance", "Convolved"})
    .Attrs({"padding: std::string", "bilinear: bool", "slope: float", "eps: float", "momentum: float", "bf16: bool"})
    .SetKernelFn(PD_KERNEL(dip::merge_block_kernel))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::merge_block_shapes));

PD_BUILD_GRAD_OP(dip_merge_block)
    .Inputs({"Skip", "Deeper", "MergeGamma", "MergeBeta", "Weight", "Bias", "Gamma", "Beta", "MergeMean", "MergeVariance",
             "Mean", "Variance", "Convolved", paddle::Grad("Y")})
    .Outputs({paddle::Grad("Skip"), paddle::Grad("Deeper"), paddle::Grad("MergeGamma"), paddle::Grad("MergeBeta"),
              paddle::Grad("Weight"), paddle::Grad("Bias"), paddle::Grad("Gamma"), paddle::Grad("Beta")})
    .Attrs({"padding: std::string", "bilinear: bool", "slope: float", "eps: float", "momentum: float", "bf16: bool"})
    .SetKernelFn(PD_KERNEL(dip::merge_block_backward));
