// Convolution, batch normalisation and leaky ReLU as one step, forward and backward, on raw channels-last buffers.
#pragma once
#include "batch_norm.h"
#include "convolution.h"
#include "operand.h"

namespace dip {

struct BlockParameters {
  const float *weight, *bias, *gamma, *beta;
};
struct BlockGradients {
  float *weight, *bias, *gamma, *beta;
};

struct Block {
  ConvShape conv;
  float slope, eps;
  Rows rows() const { return {conv.n * conv.oh(), conv.ow(), conv.oc}; }

  // src -> convolved (kept for the backward pass, in the type of conv's dst), y, and the batch statistics (oc each)
  void forward(const void* src, const BlockParameters& p, void* convolved, float* mean, float* variance, const Operand& y) const;
  // dy -> gradient of `convolved`, as a convolution reads it, in a scratch buffer that the next call overwrites; fills
  // d.gamma, d.beta and d.bias
  const void* backward_norm(const Values& dy, const BlockParameters& p, const void* convolved, const float* mean,
                            const float* variance, const BlockGradients& d) const;

 private:
  template <class D, class X>
  const void* backward_norm_of(const D* dy, const X* convolved, const Norm& norm, const BlockGradients& d) const;
};

}  // namespace dip
