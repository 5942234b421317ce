// Operator dip_resize: images of Rows @ X @ Columns.T, the horizontal pass first, each clipped to [0, 1] where that is wanted. What
// the passes gave before, Once and Twice, is for the way back, and without a clip a number without meaning.
#include <algorithm>

#include "band.h"
#include "op_common.h"

namespace dip {
namespace {

// What the clip cut off gets no gradient, what lies on the limit does: as by Paddle's clip from 3.1 on, and by PyTorch's.
void cut_off(const float* x, int64_t count, const float* d, float* gradient) {
  for (int64_t i = 0; i < count; ++i) gradient[i] = x[i] >= 0.0f && x[i] <= 1.0f ? d[i] : 0.0f;
}

struct Sizes {
  int64_t images, high, wide, low, thin;  // H, W of X, and h, w of Y
  Sizes(const Shape& x, const Shape& rows, const Shape& columns)
      : images(x[0] * x[1]), high(x[2]), wide(x[3]), low(rows[0]), thin(columns[0]) {
    PD_CHECK(rows[1] == high && columns[1] == wide, "rows must be (h, ", high, "), columns (w, ", wide, ")");
  }
};

}  // namespace

Tensors resize_forward(const paddle::Tensor& x, const paddle::Tensor& rows, const paddle::Tensor& columns, bool clips) {
  check_floats(x, "x", 4);
  check_floats(rows, "rows", 2);
  check_floats(columns, "columns", 2);
  const Sizes s(x.shape(), rows.shape(), columns.shape());
  const Across across({columns.data<float>(), s.thin, s.wide, false});
  const Down down({rows.data<float>(), s.low, s.high, false});
  const Shape between{x.shape()[0], x.shape()[1], s.high, s.thin}, after{x.shape()[0], x.shape()[1], s.low, s.thin};
  paddle::Tensor once = empty(between), y = empty(after), twice = empty(clips ? after : Shape{1});
  const float* from = x.data<float>();
  float *first = once.data<float>(), *to = y.data<float>(), *second = clips ? twice.data<float>() : to;
  parallel_for(s.images * s.high, [&](int64_t row) { across.apply(from + row * s.wide, first + row * s.thin); });
  parallel_for(s.images * s.low, [&](int64_t row) {
    down.apply(row % s.low, first + row / s.low * s.high * s.thin, s.thin, clips, second + row * s.thin);
    for (int64_t i = row * s.thin; clips && i < (row + 1) * s.thin; ++i) to[i] = clipped(second[i]);
  });
  return {y, clips ? once : empty({1}), twice};
}

Tensors resize_backward(const paddle::Tensor& x, const paddle::Tensor& rows, const paddle::Tensor& columns,
                        const paddle::Tensor& once, const paddle::Tensor& twice, const paddle::Tensor& dy, bool clips) {
  check_floats(dy, "gradient of y", 4);
  const Sizes s(x.shape(), rows.shape(), columns.shape());
  const Across across({columns.data<float>(), s.thin, s.wide, true});
  const Down down({rows.data<float>(), s.low, s.high, true});
  const float* d = dy.data<float>();
  if (clips) {
    float* kept = scratch_floats(Slot::kGradient, dy.numel());
    cut_off(twice.data<float>(), dy.numel(), d, kept);
    d = kept;
  }
  paddle::Tensor dx = empty(x.shape());
  float* to = dx.data<float>();
  parallel_for(s.images * s.high, [&](int64_t row) {
    float* made = scratch_floats(Slot::kRows, s.thin);
    down.apply(row % s.high, d + row / s.high * s.low * s.thin, s.thin, false, made);
    if (clips) cut_off(once.data<float>() + row * s.thin, s.thin, made, made);
    across.apply(made, to + row * s.wide);
  });
  return {dx};
}

static std::vector<Shape> resize_shapes(const Shape& x, const Shape& rows, const Shape& columns, const bool& clips) {
  const Shape y{x[0], x[1], rows[0], columns[0]}, nothing{1};
  return {y, clips ? Shape{x[0], x[1], x[2], columns[0]} : nothing, clips ? y : nothing};
}

}  // namespace dip

PD_BUILD_OP(dip_resize)
    .Inputs({"X", "Rows", "Columns"})
    .Outputs({"Y", "Once", "Twice"})
    .Attrs({"clips: bool"})
    .SetKernelFn(PD_KERNEL(dip::resize_forward))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::resize_shapes));

PD_BUILD_GRAD_OP(dip_resize)
    .Inputs({"X", "Rows", "Columns", "Once", "Twice", paddle::Grad("Y")})
    .Outputs({paddle::Grad("X")})
    .Attrs({"clips: bool"})
    .SetKernelFn(PD_KERNEL(dip::resize_backward));
