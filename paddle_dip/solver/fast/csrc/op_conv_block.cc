// Operator dip_conv_block: padding, convolution, batch normalisation (batch statistics), leaky ReLU.
#include "op_blocks.h"

namespace dip {

namespace {

struct BlockSetup {
  Halo halo;
  Block block;
  BlockSetup(const paddle::Tensor& x, const paddle::Tensor& weight, const std::string& padding, int stride, float slope, float eps,
             bool bf16)
      : halo(halo_of(x.shape(), weight.shape()[2], padding)),
        block{conv_on(x, halo, weight.shape(), stride, padding, bf16), slope, eps} {
    block.conv.narrow_dst = bf16;
  }
};

}  // namespace

Tensors conv_block_forward(const paddle::Tensor& x, const paddle::Tensor& weight, const paddle::Tensor& bias,
                           const paddle::Tensor& gamma, const paddle::Tensor& beta, const paddle::Tensor& running_mean,
                           const paddle::Tensor& running_variance, const std::string& padding, int stride, float slope,
                           float eps, float momentum, bool bf16, bool narrow) {
  check_floats(x, "x", 4, bf16);
  check_floats(weight, "weight", 4);
  const auto [halo, block] = BlockSetup(x, weight, padding, stride, slope, eps, bf16);
  const Shape shape = output_shape(block.conv), channels{block.conv.oc};
  paddle::Tensor y = empty(shape, narrow), convolved = empty(shape, bf16), mean = empty(channels), variance = empty(channels);
  block.forward(operand(halo, values_of(x), bf16),
                {weight.data<float>(), bias.data<float>(), gamma.data<float>(), beta.data<float>()},
                convolved.data(), mean.data<float>(), variance.data<float>(), {y.data(), narrow});
  update_running(running_mean, mean, momentum);
  update_running(running_variance, variance, momentum);
  return {y, mean, variance, convolved};
}

Tensors conv_block_backward(const paddle::Tensor& x, const paddle::Tensor& weight, const paddle::Tensor& bias,
                            const paddle::Tensor& gamma, const paddle::Tensor& beta, const paddle::Tensor& mean,
                            const paddle::Tensor& variance, const paddle::Tensor& convolved, const paddle::Tensor& dy,
                            const std::string& padding, int stride, float slope, float eps, float momentum, bool need_dx,
                            bool bf16) {
  check_floats(dy, "gradient of y", 4, bf16);
  const auto [halo, block] = BlockSetup(x, weight, padding, stride, slope, eps, bf16);
  const Shape channels{block.conv.oc};
  paddle::Tensor dw = empty(weight.shape()), db = empty(channels), dgamma = empty(channels), dbeta = empty(channels);
  const void* d = block.backward_norm(
      values_of(dy), {weight.data<float>(), bias.data<float>(), gamma.data<float>(), beta.data<float>()},
      convolved.data(), mean.data<float>(), variance.data<float>(),
      {dw.data<float>(), db.data<float>(), dgamma.data<float>(), dbeta.data<float>()});
  const Convolution& conv = convolution(block.conv);
  conv.backward_weights(operand(halo, values_of(x), bf16), d, dw.data<float>());
  // Paddle refuses an empty output and drops this one: x asked for no gradient.
  if (!need_dx) return {empty({1}), dw, db, dgamma, dbeta};
  return {input_gradient(conv, halo, x, weight, d), dw, db, dgamma, dbeta};
}

static Tensors conv_block_kernel(const paddle::Tensor& x, const paddle::Tensor& weight, const paddle::Tensor& bias,
                                 const paddle::Tensor& gamma, const paddle::Tensor& beta, const paddle::Tensor& running_mean,
                                 const paddle::Tensor& running_variance, const std::string& padding, int stride, float slope,
                                 float eps, float momentum, bool need_dx, bool bf16) {
  return conv_block_forward(x, weight, bias, gamma, beta, running_mean, running_variance, padding, stride, slope, eps, momentum,
                            bf16, false);
}

static std::vector<Shape> conv_block_shapes(const Shape& x, const Shape& weight, const Shape&, const Shape&, const Shape&,
                                            const Shape&, const Shape&, const std::string& padding, const int& stride,
                                            const float&, const float&, const float&, const bool&, const bool&) {
  const Shape y = output_shape(conv_of(halo_of(x, weight[2], padding), weight, stride, padding, false));
  return {y, {weight[0]}, {weight[0]}, y};
}

}  // namespace dip

PD_BUILD_OP(dip_conv_block)
    .Inputs({"X", "Weight", "Bias", "Gamma", "Beta", "RunningMean", "RunningVariance"})
    .Outputs({"Y", "Mean", "Variance", "Convolved"})
    .Attrs({"padding: std::string", "stride: int", "slope: float", "eps: float", "momentum: float", "need_dx: bool", "bf16: bool"})
    .SetKernelFn(PD_KERNEL(dip::conv_block_kernel))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::conv_block_shapes));

PD_BUILD_GRAD_OP(dip_conv_block)
    .Inputs({"X", "Weight", "Bias", "Gamma", "Beta", "Mean", "Variance", "Convolved", paddle::Grad("Y")})
    .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Bias"), paddle::Grad("Gamma"), paddle::Grad("Beta")})
    .Attrs({"padding: std::string", "stride: int", "slope: float", "eps: float", "momentum: float", "need_dx: bool", "bf16: bool"})
    .SetKernelFn(PD_KERNEL(dip::conv_block_backward));
