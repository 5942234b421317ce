#include "convolution.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>
#include <vector>

namespace dip {

using namespace onednn;

bool ConvShape::operator<(const ConvShape& o) const {
  auto key = [](const ConvShape& s) {
    return std::make_tuple(s.n, s.h, s.w, s.c, s.oc, s.kernel, s.stride, s.pad, s.bf16, s.threads, s.narrow_dst,
                           s.narrow_diff_src);
  };
  return key(*this) < key(o);
}

// How many rows of the output the weights' gradient is taken of at once. In bfloat16 it waits for memory: on as much as stays in
// the cache it takes less time. (In float32 it doesn't.) All at once where there are several images, whose strips would not follow one
// another, or where oneDNN adds zeros, which it would at each cut.
static int64_t strip_rows(const ConvShape& s) {
  constexpr int64_t kBytes = int64_t(4) << 20;
  const int64_t rows = kBytes / int64_t(sizeof(Bfloat16) * (s.stride * s.w * s.c + s.ow() * s.oc));
  const bool whole = !s.bf16 || s.n > 1 || s.pad > 0 || s.oh() <= 2 * rows;
  return whole ? s.oh() : std::max<int64_t>(rows, 1);
}

static ConvShape strip_of(ConvShape s, int64_t rows) {
  s.h = (rows - 1) * s.stride + s.kernel;
  return s;
}

Convolution::Convolution(const ConvShape& s) : Convolution(s, WithoutData()) {
  make_backward_data();
  const int64_t rows = strip_rows(s), rest = s.oh() % rows;
  if (rows == s.oh()) return;
  strip_.reset(new Convolution(strip_of(s, rows), WithoutData()));
  if (rest) rest_.reset(new Convolution(strip_of(s, rest), WithoutData()));
}

Convolution::Convolution(const ConvShape& s, WithoutData) : shape_(s) {
  const int type = s.bf16 ? kBf16 : kF32;
  src_ = Layout::channels_last(s.n, s.c, s.h, s.w, s.narrow_diff_src ? kBf16 : kF32);
  dst_ = Layout::channels_last(s.n, s.oc, s.oh(), s.ow(), s.narrow_dst ? kBf16 : kF32);
  src_in_ = Layout::channels_last(s.n, s.c, s.h, s.w, type);
  dst_in_ = Layout::channels_last(s.n, s.oc, s.oh(), s.ow(), type);
  weight_ = Layout::dense({s.oc, s.c, s.kernel, s.kernel});
  bias_ = Layout::dense({s.oc});
  make_forward();
  if (strip_rows(s) == s.oh()) make_backward_weights();
}

void Convolution::make_forward() {
  const ConvShape& s = shape_;
  const Dims stride{s.stride, s.stride}, dilate{0, 0}, pad{s.pad, s.pad};
  const Layout weight = Layout::any({s.oc, s.c, s.kernel, s.kernel}, s.bf16 ? kBf16 : kF32);
  dnnl_primitive_desc* desc = nullptr;
  check(dnnl_convolution_forward_primitive_desc_create(
            &desc, engine(), kForwardTraining, kDirect, src_in_.get(), weight.get(), bias_.get(), dst_.get(),
            stride.data(), dilate.data(), pad.data(), pad.data(), Attributes().get()),
        "convolution forward");
  forward_ = std::make_unique<Primitive>(desc);
  forward_weight_ = forward_->layout(kQueryWeights);
  pack_forward_ = reorder(weight_, forward_weight_);
}

void Convolution::make_backward_data() {
  const ConvShape& s = shape_;
  const Dims stride{s.stride, s.stride}, dilate{0, 0}, pad{s.pad, s.pad};
  const Layout weight = Layout::any({s.oc, s.c, s.kernel, s.kernel}, s.bf16 ? kBf16 : kF32);
  dnnl_primitive_desc* desc = nullptr;
  check(dnnl_convolution_backward_data_primitive_desc_create(
            &desc, engine(), kDirect, src_.get(), weight.get(), dst_in_.get(), stride.data(), dilate.data(),
            pad.data(), pad.data(), forward_->desc(), Attributes().get()),
        "convolution backward data");
  backward_data_ = std::make_unique<Primitive>(desc);
  data_weight_ = backward_data_->layout(kQueryWeights);
  pack_data_ = reorder(weight_, data_weight_);
}

void Convolution::make_backward_weights() {
  const ConvShape& s = shape_;
  const Dims stride{s.stride, s.stride}, dilate{0, 0}, pad{s.pad, s.pad};
  const Layout weight = Layout::any({s.oc, s.c, s.kernel, s.kernel});
  dnnl_primitive_desc* desc = nullptr;
  check(dnnl_convolution_backward_weights_primitive_desc_create(
            &desc, engine(), kDirect, src_in_.get(), weight.get(), nullptr, dst_in_.get(), stride.data(),
            dilate.data(), pad.data(), pad.data(), forward_->desc(), Attributes().get()),
        "convolution backward weights");
  backward_weights_ = std::make_unique<Primitive>(desc);
  diff_weight_ = backward_weights_->layout(kQueryDiffWeights);
  unpack_diff_ = reorder(diff_weight_, weight_);
}

const void* Convolution::packed(const Primitive& reorder, const float* weight, const Layout& to) const {
  void* target = scratch(Slot::kWeights, to.bytes());
  reorder.run({{kSrc, weight_, weight}, {kDst, to, target}});
  return target;
}

void Convolution::forward(const void* src, const float* weight, const float* bias, void* dst) const {
  const void* ready = packed(*pack_forward_, weight, forward_weight_);
  forward_->run({{kSrc, src_in_, src}, {kWeights, forward_weight_, ready}, {kBias, bias_, bias}, {kDst, dst_, dst}});
}

void Convolution::backward_data(const void* diff_dst, const float* weight, void* diff_src) const {
  const void* ready = packed(*pack_data_, weight, data_weight_);
  backward_data_->run({{kDiffDst, dst_in_, diff_dst}, {kWeights, data_weight_, ready}, {kDiffSrc, src_, diff_src}});
}

void Convolution::backward_weights(const void* src, const void* diff_dst, float* diff_weight) const {
  if (strip_) return add_strips(static_cast<const Bfloat16*>(src), static_cast<const Bfloat16*>(diff_dst), diff_weight);
  void* preferred = scratch(Slot::kWeights, diff_weight_.bytes());
  backward_weights_->run({{kSrc, src_in_, src}, {kDiffDst, dst_in_, diff_dst}, {kDiffWeights, diff_weight_, preferred}});
  unpack_diff_->run({{kSrc, diff_weight_, preferred}, {kDst, weight_, diff_weight}});
}

void Convolution::add_strips(const Bfloat16* src, const Bfloat16* diff_dst, float* diff_weight) const {
  const ConvShape& s = shape_;
  std::vector<float> part(s.oc * s.c * s.kernel * s.kernel);
  std::fill(diff_weight, diff_weight + part.size(), 0.0f);
  for (int64_t row = 0; row < s.oh(); row += strip_->shape_.oh()) {
    const Convolution& strip = row + strip_->shape_.oh() <= s.oh() ? *strip_ : *rest_;
    strip.backward_weights(src + row * s.stride * s.w * s.c, diff_dst + row * s.ow() * s.oc, part.data());
    for (size_t i = 0; i < part.size(); ++i) diff_weight[i] += part[i];
  }
}

const Convolution& convolution(const ConvShape& shape) {
  static std::map<ConvShape, std::unique_ptr<Convolution>> cache;
  static std::mutex guard;
  std::lock_guard<std::mutex> lock(guard);
  std::unique_ptr<Convolution>& entry = cache[shape];
  if (!entry) entry = std::make_unique<Convolution>(shape);
  return *entry;
}

}  // namespace dip
