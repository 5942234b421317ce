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

inline void check_floats(const paddle::Tensor& t, const char* name, size_t dims) {
  PD_CHECK(t.is_cpu() && t.dtype() == paddle::DataType::FLOAT32, name, " must be a float32 tensor on the CPU");
  PD_CHECK(t.shape().size() == dims, name, " must have ", dims, " dimensions");
  PD_CHECK(t.is_contiguous(), name, " must be contiguous");
}

constexpr size_t kPooledBytes = size_t(1) << 20;  // smaller tensors are well served by Paddle's own allocator

inline paddle::Tensor empty(const Shape& shape) {
  size_t bytes = sizeof(float);
  for (int64_t size : shape) bytes *= size;
  if (bytes < kPooledBytes) return paddle::empty(shape, paddle::DataType::FLOAT32, paddle::CPUPlace());
  return paddle::from_blob(take_buffer(bytes), shape, paddle::DataType::FLOAT32, paddle::DataLayout::NCHW,
                           paddle::CPUPlace(), give_buffer);
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
