// Operator dip_conv: padding and convolution alone (the head, bare skip convolutions).
#include "op_common.h"

namespace dip {

Tensors conv_forward(const paddle::Tensor& x, const paddle::Tensor& weight, const paddle::Tensor& bias,
                     const std::string& padding, int stride, bool need_dx, bool bf16) {
  check_floats(x, "x", 4, bf16);
  check_floats(weight, "weight", 4);
  const Halo halo = halo_of(x.shape(), weight.shape()[2], padding);
  const ConvShape shape = conv_on(x, halo, weight.shape(), stride, padding, bf16);
  paddle::Tensor y = empty(output_shape(shape));
  convolution(shape).forward(operand(halo, values_of(x), bf16), weight.data<float>(), bias.data<float>(), y.data<float>());
  return {y};
}

Tensors conv_backward(const paddle::Tensor& x, const paddle::Tensor& weight, const paddle::Tensor& dy,
                      const std::string& padding, int stride, bool need_dx, bool bf16) {
  check_floats(dy, "gradient of y", 4);
  const Halo halo = halo_of(x.shape(), weight.shape()[2], padding);
  const ConvShape shape = conv_on(x, halo, weight.shape(), stride, padding, bf16);
  const Convolution& conv = convolution(shape);
  const Rows rows{shape.n * shape.oh(), shape.ow(), shape.oc};
  const float* d = dy.data<float>();
  const void* gradient = operand(values_of(dy), rows.count, rows.floats(), bf16, Slot::kGradient);
  paddle::Tensor dw = empty(weight.shape()), db = empty({shape.oc});
  conv.backward_weights(operand(halo, values_of(x), bf16), gradient, dw.data<float>());
  const std::vector<double> sums = sum_rows(rows.count, rows.c, [&](int64_t i, float* partial) {
    add_pixels(d + i * rows.floats(), rows.pixels, rows.c, partial);
  });
  std::copy(sums.begin(), sums.end(), db.data<float>());
  // Paddle refuses an empty output and drops this one: x asked for no gradient.
  if (!need_dx) return {empty({1}), dw, db};
  return {input_gradient(conv, halo, x, weight, gradient), dw, db};
}

static std::vector<Shape> conv_shapes(const Shape& x, const Shape& weight, const Shape&, const std::string& padding,
                                      const int& stride, const bool&, const bool&) {
  return {output_shape(conv_of(halo_of(x, weight[2], padding), weight, stride, padding, false))};
}

}  // namespace dip

PD_BUILD_OP(dip_conv)
    .Inputs({"X", "Weight", "Bias"})
    .Outputs({"Y"})
    .Attrs({"padding: std::string", "stride: int", "need_dx: bool", "bf16: bool"})
    .SetKernelFn(PD_KERNEL(dip::conv_forward))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::conv_shapes));

PD_BUILD_GRAD_OP(dip_conv)
    .Inputs({"X", "Weight", paddle::Grad("Y")})
    .Outputs({paddle::Grad("X"), paddle::Grad("Weight"), paddle::Grad("Bias")})
    .Attrs({"padding: std::string", "stride: int", "need_dx: bool", "bf16: bool"})
    .SetKernelFn(PD_KERNEL(dip::conv_backward));
