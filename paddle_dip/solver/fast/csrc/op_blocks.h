// The blocks that operators are made of, on Paddle's tensors.
#pragma once
#include "op_common.h"

namespace dip {

// Images are float32 or, between blocks that multiply in bfloat16, bfloat16; the gradient of one has its type. What is learned and
// all statistics are float32.

// {y, mean, variance, convolved}; the running statistics are moved in place; narrow: y is bfloat16
Tensors conv_block_forward(const paddle::Tensor& x, const paddle::Tensor& weight, const paddle::Tensor& bias,
                           const paddle::Tensor& gamma, const paddle::Tensor& beta, const paddle::Tensor& running_mean,
                           const paddle::Tensor& running_variance, const std::string& padding, int stride, float slope,
                           float eps, float momentum, bool bf16, bool narrow);
// {dx, dw, db, dgamma, dbeta}; dx is a number without meaning unless need_dx
Tensors conv_block_backward(const paddle::Tensor& x, const paddle::Tensor& weight, const paddle::Tensor& bias,
                            const paddle::Tensor& gamma, const paddle::Tensor& beta, const paddle::Tensor& mean,
                            const paddle::Tensor& variance, const paddle::Tensor& convolved, const paddle::Tensor& dy,
                            const std::string& padding, int stride, float slope, float eps, float momentum, bool need_dx,
                            bool bf16);

// {y, merge_mean, merge_variance, mean, variance, convolved}; skip and deeper are float32; narrow: y is bfloat16
Tensors merge_block_forward(const paddle::Tensor& skip, const paddle::Tensor& deeper, const paddle::Tensor& merge_gamma,
                            const paddle::Tensor& merge_beta, const paddle::Tensor& weight, const paddle::Tensor& bias,
                            const paddle::Tensor& gamma, const paddle::Tensor& beta,
                            const paddle::Tensor& merge_running_mean, const paddle::Tensor& merge_running_variance,
                            const paddle::Tensor& running_mean, const paddle::Tensor& running_variance,
                            const std::string& padding, bool bilinear, float slope, float eps, float momentum, bool bf16,
                            bool narrow);
// {d_skip, d_deeper, d_merge_gamma, d_merge_beta, dw, db, dgamma, dbeta}
Tensors merge_block_backward(const paddle::Tensor& skip, const paddle::Tensor& deeper, const paddle::Tensor& merge_gamma,
                             const paddle::Tensor& merge_beta, const paddle::Tensor& weight, const paddle::Tensor& bias,
                             const paddle::Tensor& gamma, const paddle::Tensor& beta, const paddle::Tensor& merge_mean,
                             const paddle::Tensor& merge_variance, const paddle::Tensor& mean,
                             const paddle::Tensor& variance, const paddle::Tensor& convolved, const paddle::Tensor& dy,
                             const std::string& padding, bool bilinear, float slope, float eps, float momentum, bool bf16);

}  // namespace dip
