// Channels-last 2-D convolution by oneDNN; primitives are compiled once per shape and thread count.
#pragma once
#include <memory>

#include "bfloat16.h"
#include "onednn.h"
#include "scratch.h"

namespace dip {

struct ConvShape {
  int64_t n, h, w, c;  // source, (n, h, w, c)
  int64_t oc, kernel, stride;
  int64_t pad;    // zeros on each side, added by oneDNN itself
  bool bf16;      // multiply in bfloat16, accumulate in float32
  int threads;    // oneDNN partitions its work when a primitive is made
  bool narrow_dst = false, narrow_diff_src = false;  // given in bfloat16 too
  int64_t oh() const { return (h + 2 * pad - kernel) / stride + 1; }
  int64_t ow() const { return (w + 2 * pad - kernel) / stride + 1; }
  bool operator<(const ConvShape& o) const;
};

class Convolution {
 public:
  explicit Convolution(const ConvShape& shape);
  // src (n, h, w, c), weight (oc, c, k, k), bias (oc), dst (n, oh, ow, oc). src and diff_dst are given in the type that is
  // multiplied, float32 or bfloat16 (operand.h makes them so). All else is float32, dst and diff_src unless the shape narrows them.
  void forward(const void* src, const float* weight, const float* bias, void* dst) const;
  void backward_data(const void* diff_dst, const float* weight, void* diff_src) const;
  void backward_weights(const void* src, const void* diff_dst, float* diff_weight) const;

 private:
  struct WithoutData {};  // what makes no backward_data: a strip isn't asked for it
  Convolution(const ConvShape& shape, WithoutData);
  void make_forward();
  void make_backward_data();
  void make_backward_weights();
  void add_strips(const Bfloat16* src, const Bfloat16* diff_dst, float* diff_weight) const;
  const void* packed(const onednn::Primitive& reorder, const float* weight, const onednn::Layout& to) const;

  ConvShape shape_;
  onednn::Layout weight_, bias_;                 // float32
  onednn::Layout src_, dst_;                     // of what is made
  onednn::Layout src_in_, dst_in_;               // of what is multiplied
  onednn::Layout forward_weight_, data_weight_, diff_weight_;  // in the order oneDNN prefers
  std::unique_ptr<onednn::Primitive> forward_, backward_data_, backward_weights_;
  std::unique_ptr<onednn::Primitive> pack_forward_, pack_data_, unpack_diff_;
  std::unique_ptr<Convolution> strip_, rest_;  // of some rows, for a weights' gradient that isn't taken at once
};

const Convolution& convolution(const ConvShape& shape);  // from the cache

}  // namespace dip
