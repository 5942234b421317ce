// Operator dip_resize: images of Rows @ X @ Columns.T, the horizontal pass first, each clipped to [0, 1] where that is wanted. Narrow
// and Small, what the passes give before they are clipped, are for the way back; without a clip Small is a number without meaning.
#include "band.h"
#include "op_common.h"

namespace dip {
namespace {

// Keeps what is no number.
void clip(const float* x, int64_t count, float* y) {
  for (int64_t i = 0; i < count; ++i) y[i] = std::min(std::max(x[i], 0.0f), 1.0f);
}
// What the clip cut off gets no gradient.
void cut_off(const float* x, int64_t count, float* gradient) {
  for (int64_t i = 0; i < count; ++i) gradient[i] = x[i] >= 0.0f && x[i] <= 1.0f ? gradient[i] : 0.0f;
}

struct Sizes {
  int64_t images, high, wide, low, narrow;  // H, W of X, and h, w of Y
  Sizes(const Shape& x, const Shape& rows, const Shape& columns)
      : images(x[0] * x[1]), high(x[2]), wide(x[3]), low(rows[0]), narrow(columns[0]) {
    PD_CHECK(rows[1] == high && columns[1] == wide, "rows must be (h, ", high, "), columns (w, ", wide, ")");
  }
};

}  // namespace

Tensors resize_forward(const paddle::Tensor& x, const paddle::Tensor& rows, const paddle::Tensor& columns, bool clips) {
  check_floats(x, "x", 4);
  check_floats(rows, "rows", 2);
  check_floats(columns, "columns", 2);
  const Sizes s(x.shape(), rows.shape(), columns.shape());
  const Across across({columns.data<float>(), s.narrow, s.wide, false});
  const Down down({rows.data<float>(), s.low, s.high, false});
  const Shape between{x.shape()[0], x.shape()[1], s.high, s.narrow}, after{x.shape()[0], x.shape()[1], s.low, s.narrow};
  paddle::Tensor narrow = empty(between), y = empty(after), small = empty(clips ? after : Shape{1});
  const float* from = x.data<float>();
  float *once = narrow.data<float>(), *to = y.data<float>(), *twice = clips ? small.data<float>() : to;
  parallel_for(s.images * s.high, [&](int64_t row) { across.apply(from + row * s.wide, once + row * s.narrow); });
  parallel_for(s.images * s.low, [&](int64_t row) {
    const float* image = once + row / s.low * s.high * s.narrow;
    down.apply(row % s.low, image, s.narrow, clips, twice + row * s.narrow);
    if (clips) clip(twice + row * s.narrow, s.narrow, to + row * s.narrow);
  });
  return {y, narrow, small};
}

Tensors resize_backward(const paddle::Tensor& x, const paddle::Tensor& rows, const paddle::Tensor& columns,
                        const paddle::Tensor& narrow, const paddle::Tensor& small, const paddle::Tensor& dy, bool clips) {
  check_floats(dy, "gradient of y", 4);
  const Sizes s(x.shape(), rows.shape(), columns.shape());
  const Across across({columns.data<float>(), s.narrow, s.wide, true});
  const Down down({rows.data<float>(), s.low, s.high, true});
  std::vector<float> d(dy.data<float>(), dy.data<float>() + dy.numel());
  if (clips) cut_off(small.data<float>(), dy.numel(), d.data());
  paddle::Tensor dx = empty(x.shape());
  const float* between = narrow.data<float>();
  float* to = dx.data<float>();
  parallel_for(s.images * s.high, [&](int64_t row) {
    float* made = scratch_floats(Slot::kRows, s.narrow);
    down.apply(row % s.high, d.data() + row / s.high * s.low * s.narrow, s.narrow, false, made);
    if (clips) cut_off(between + row * s.narrow, s.narrow, made);
    across.apply(made, to + row * s.wide);
  });
  return {dx};
}

static std::vector<Shape> resize_shapes(const Shape& x, const Shape& rows, const Shape& columns, const bool&) {
  const Shape y{x[0], x[1], rows[0], columns[0]};
  return {y, {x[0], x[1], x[2], columns[0]}, y};
}

}  // namespace dip

PD_BUILD_OP(dip_resize)
    .Inputs({"X", "Rows", "Columns"})
    .Outputs({"Y", "Narrow", "Small"})
    .Attrs({"clips: bool"})
    .SetKernelFn(PD_KERNEL(dip::resize_forward))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::resize_shapes));

PD_BUILD_GRAD_OP(dip_resize)
    .Inputs({"X", "Rows", "Columns", "Narrow", "Small", paddle::Grad("Y")})
    .Outputs({paddle::Grad("X")})
    .Attrs({"clips: bool"})
    .SetKernelFn(PD_KERNEL(dip::resize_backward));
