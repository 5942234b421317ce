// Helpers of the Paddle operators: checks, shapes, allocation.
#pragma once
#include <string>
#include <vector>

#include "block.h"
#include "padding.h"
#include "paddle/extension.h"
#include "pool.h"

namespace dip {

using Shape = std::vector<int64_t>;
using Tensors = std::vector<paddle::Tensor>;

constexpr size_t kPooledBytes = size_t(1) << 20;  // smaller tensors are well served by Paddle's own allocator

inline paddle::Tensor empty(const Shape& shape, bool bf16 = false) {
  const auto type = bf16 ? paddle::DataType::BFLOAT16 : paddle::DataType::FLOAT32;
  size_t bytes = bf16 ? sizeof(Bfloat16) : sizeof(float);
  for (int64_t size : shape) bytes *= size;
  if (bytes < kPooledBytes) return paddle::empty(shape, type, paddle::CPUPlace());
  return paddle::from_blob(take_buffer(bytes), shape, type, paddle::DataLayout::NCHW, paddle::CPUPlace(), give_buffer);
}

inline bool is_narrow(const paddle::Tensor& t) { return t.dtype() == paddle::DataType::BFLOAT16; }
inline Values values_of(const paddle::Tensor& t) { return {t.data(), is_narrow(t)}; }

// narrow: it may be bfloat16 too
inline void check_floats(const paddle::Tensor& t, const char* name, size_t dims, bool narrow = false) {
  const bool known = t.dtype() == paddle::DataType::FLOAT32 || (narrow && is_narrow(t));
  PD_CHECK(t.is_cpu() && known, name, " must be a ", narrow ? "float32 or bfloat16" : "float32", " tensor on the CPU");
  PD_CHECK(t.shape().size() == dims, name, " must have ", dims, " dimensions");
  PD_CHECK(t.is_contiguous(), name, " must be contiguous");
}

inline int64_t pad_of(int64_t kernel, const std::string& padding) { return padding == "none" ? 0 : (kernel - 1) / 2; }

// The halo that we add ourselves; none (pad 0) for zero padding, which oneDNN does without a copy.
inline Halo halo_of(const Shape& x, int64_t kernel, const std::string& padding) {
  PD_CHECK(padding == "zero" || padding == "reflect" || padding == "replicate" || padding == "none",
           "padding must be zero, reflect, replicate or none, got ", padding);
  const int64_t pad = padding == "zero" ? 0 : pad_of(kernel, padding);
  PD_CHECK(padding != "reflect" || (pad < x[1] && pad < x[2]), "reflect padding needs sides above ", pad);
  return {x[0], x[1], x[2], x[3], pad, padding == "reflect"};
}

inline ConvShape conv_of(const Halo& halo, const Shape& weight, int64_t stride, const std::string& padding, bool bf16) {
  const int64_t zeros = padding == "zero" ? pad_of(weight[2], padding) : 0;
  PD_CHECK(weight[1] == halo.c && weight[2] == weight[3], "weight must be (out, ", halo.c, ", k, k)");
  return {halo.n, halo.rows(), halo.columns(), halo.c, weight[0], weight[2], stride, zeros, bf16, threads()};
}

// The same for an image whose gradient has its own type, but where a halo has to be folded first.
inline ConvShape conv_on(const paddle::Tensor& x, const Halo& halo, const Shape& weight, int64_t stride,
                         const std::string& padding, bool bf16) {
  ConvShape shape = conv_of(halo, weight, stride, padding, bf16);
  shape.narrow_diff_src = is_narrow(x) && halo.pad == 0;
  return shape;
}

// Gradient of what a convolution made, as it reads it, -> of the image x.
inline paddle::Tensor input_gradient(const Convolution& conv, const Halo& halo, const paddle::Tensor& x,
                                     const paddle::Tensor& weight, const void* gradient) {
  paddle::Tensor dx = empty(x.shape(), is_narrow(x));
  void* target = halo.pad ? scratch_floats(Slot::kPadded, halo.numbers()) : dx.data();
  conv.backward_data(gradient, weight.data<float>(), target);
  if (halo.pad) unpad_gradient(halo, static_cast<float*>(target), {dx.data(), is_narrow(dx)});
  return dx;
}

inline Shape output_shape(const ConvShape& c) { return {c.n, c.oh(), c.ow(), c.oc}; }

// As paddle.nn.BatchNorm2D: biased variance, running = momentum * running + (1 - momentum) * batch. In place: the running
// statistics take no part in the graph. Momentum 1 leaves them alone.
inline void update_running(const paddle::Tensor& running, const paddle::Tensor& batch, float momentum) {
  if (momentum == 1.0f) return;
  PD_CHECK(running.numel() == batch.numel(), "running statistics must have ", batch.numel(), " values");
  float* r = const_cast<float*>(running.data<float>());
  const float* b = batch.data<float>();
  for (int64_t c = 0; c < batch.numel(); ++c) r[c] = r[c] * momentum + b[c] * (1.0f - momentum);
}

}  // namespace dip
