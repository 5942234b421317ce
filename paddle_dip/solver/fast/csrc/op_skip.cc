// Operator dip_skip: a skip network up to its last convolution, through the blocks of the other operators, in one call.
//
// Why: a network of five scales has 25 blocks, and for a call and its gradient Paddle takes a third of a millisecond, as long as
// a block takes to compute on a canvas of 64x64.
#include <mutex>
#include <unordered_set>

#include "op_blocks.h"

namespace dip {
namespace {

// What each block has to know again on the way back, in the order of the way there.
using Tape = std::vector<Tensors>;

// How all blocks of a network work. skips: whether each scale has a skip branch, the finest first.
struct Law {
  std::vector<int> skips;
  bool up_1x1;
  std::string padding;
  float slope, eps, momentum;
  bool bf16;
  std::string padding_of(const paddle::Tensor& weight) const { return weight.shape()[2] > 1 ? padding : "none"; }
};

class WayThere {
 public:
  WayThere(const Law& law, const Tensors& learned, const Tensors& running, Tape* tape)
      : law_(law), learned_(learned.begin()), running_(running.begin()), tape_(tape) {}

  paddle::Tensor scale(const paddle::Tensor& x, size_t index) {
    const bool deepest = index + 1 == law_.skips.size();
    const Use use = index ? kBlended : kConvolved;  // the finest scale's output is the last convolution's
    paddle::Tensor deeper = block(block(x, 2, kConvolved), 1, deepest ? kBlended : kConvolved);
    if (!deepest) deeper = scale(deeper, index + 1);
    const Shape& d = deeper.shape();
    const paddle::Tensor skip = law_.skips[index] ? block(x, 1, kBlended) : empty({d[0], 2 * d[1], 2 * d[2], 0});
    return law_.up_1x1 ? block(merge(skip, deeper, kConvolved), 1, use) : merge(skip, deeper, use);
  }

  // How many tensors of each kind the scales of a network have.
  static std::pair<size_t, size_t> expected(const Law& law) {
    size_t learned = 0, running = 0;
    for (int skip : law.skips) {
      const size_t blocks = 2 + (skip ? 1 : 0) + (law.up_1x1 ? 1 : 0);
      learned += 4 * blocks + 6;
      running += 2 * blocks + 4;
    }
    return {learned, running};
  }

 private:
  // What becomes of a block's output: it is multiplied by convolutions and nothing else, or blended with others.
  enum Use { kConvolved, kBlended };
  bool narrow(Use use) const { return law_.bf16 && use == kConvolved; }

  paddle::Tensor block(const paddle::Tensor& x, int stride, Use use) {
    const auto p = learned_, r = running_;
    learned_ += 4, running_ += 2;
    Tensors made = conv_block_forward(x, p[0], p[1], p[2], p[3], r[0], r[1], law_.padding_of(p[0]), stride, law_.slope, law_.eps,
                                      law_.momentum, law_.bf16, narrow(use));
    if (tape_) tape_->push_back({x, made[1], made[2], made[3]});
    return made[0];
  }

  paddle::Tensor merge(const paddle::Tensor& skip, const paddle::Tensor& deeper, Use use) {
    const auto p = learned_, r = running_;
    learned_ += 6, running_ += 4;
    Tensors made = merge_block_forward(skip, deeper, p[0], p[1], p[2], p[3], p[4], p[5], r[0], r[1], r[2], r[3],
                                       law_.padding_of(p[2]), true, law_.slope, law_.eps, law_.momentum, law_.bf16, narrow(use));
    if (tape_) tape_->push_back({skip, deeper, made[1], made[2], made[3], made[4], made[5]});
    return made[0];
  }

  const Law& law_;
  Tensors::const_iterator learned_, running_;
  Tape* tape_;
};

// The same blocks from the last to the first. What one has used is given back at once, of the tape too.
class WayBack {
 public:
  WayBack(const Law& law, const Tensors& learned, Tape& tape) : gradients(learned.size()), law_(law), learned_(learned), tape_(tape) {}

  Tensors gradients;  // of what is learned

  // Gradient of a scale's output -> of its input, which at the finest scale nobody asks for.
  paddle::Tensor scale(paddle::Tensor d, size_t index) {
    const bool need_dx = index > 0;
    if (law_.up_1x1) d = block(std::move(d), 1, true);
    auto [beside, below] = merge(std::move(d));
    if (law_.skips[index]) beside = block(std::move(beside), 1, need_dx);
    if (index + 1 < law_.skips.size()) below = scale(std::move(below), index + 1);
    paddle::Tensor dx = block(block(std::move(below), 1, true), 2, need_dx);
    if (need_dx && law_.skips[index]) add(beside, dx);
    return dx;
  }

 private:
  paddle::Tensor block(paddle::Tensor dy, int stride, bool need_dx) {
    const Tensors t = last();
    const auto p = learned_.begin() + (left_ -= 4);
    Tensors made = conv_block_backward(t[0], p[0], p[1], p[2], p[3], t[1], t[2], t[3], dy, law_.padding_of(p[0]), stride, law_.slope,
                                       law_.eps, law_.momentum, need_dx, law_.bf16);
    std::move(made.begin() + 1, made.end(), gradients.begin() + left_);
    return made[0];
  }

  // Gradients of the skip branch and of what comes from below.
  std::pair<paddle::Tensor, paddle::Tensor> merge(paddle::Tensor dy) {
    const Tensors t = last();
    const auto p = learned_.begin() + (left_ -= 6);
    Tensors made = merge_block_backward(t[0], t[1], p[0], p[1], p[2], p[3], p[4], p[5], t[2], t[3], t[4], t[5], t[6], dy,
                                        law_.padding_of(p[2]), true, law_.slope, law_.eps, law_.momentum, law_.bf16);
    std::move(made.begin() + 2, made.end(), gradients.begin() + left_);
    return {made[0], made[1]};
  }

  Tensors last() {
    Tensors values = std::move(tape_.back());
    tape_.pop_back();
    return values;
  }

  static void add(const paddle::Tensor& from, paddle::Tensor& to) {
    const int64_t rows = from.shape()[0] * from.shape()[1], width = from.numel() / rows;
    const Operand sum(to.data(), is_narrow(to));
    typed(values_of(from), [&](const auto* x) {
      const auto* y = static_cast<decltype(x)>(to.data());  // both are gradients of one image
      parallel_for(rows, [&](int64_t row) {
        const int64_t at = row * width;
        sum.write(at, width, [&](float* made) {
          for (int64_t i = 0; i < width; ++i) made[i] = widen(y[at + i]) + widen(x[at + i]);
        });
      });
    });
  }

  const Law& law_;
  const Tensors& learned_;
  Tape& tape_;
  size_t left_ = learned_.size();  // of what is learned, without a gradient yet
};

// The tapes that tensors hold. Paddle keeps such a tensor for the way back, and lets go of it with the graph.
class Held {
 public:
  static paddle::Tensor tensor_of(std::unique_ptr<Tape> tape) {
    std::lock_guard<std::mutex> lock(guard());
    all().insert(tape.get());
    return paddle::from_blob(tape.release(), {1}, paddle::DataType::FLOAT32, paddle::DataLayout::NCHW, paddle::CPUPlace(), forget);
  }

  // Takes the tape out of a tensor: it is used up, even where the way back ends in an error.
  static Tape taken(const paddle::Tensor& kept) {
    std::lock_guard<std::mutex> lock(guard());
    const auto found = all().find(const_cast<void*>(kept.data()));
    PD_CHECK(found != all().end(), "the network's graph was copied or packed: it can't be gone back over");
    return std::move(*static_cast<Tape*>(*found));
  }

 private:
  static void forget(void* tape) {
    {
      std::lock_guard<std::mutex> lock(guard());
      all().erase(tape);
    }
    delete static_cast<Tape*>(tape);  // without the lock: what a tape holds may hold one too
  }
  static std::mutex& guard() {
    static std::mutex* const kept = new std::mutex;  // never destroyed: tensors may outlive what is static
    return *kept;
  }
  static std::unordered_set<void*>& all() {
    static auto* const kept = new std::unordered_set<void*>;
    return *kept;
  }
};

}  // namespace

Tensors skip_forward(const paddle::Tensor& x, const Tensors& learned, const Tensors& running, const std::vector<int>& skips,
                     bool up_1x1, const std::string& padding, float slope, float eps, float momentum, bool keep, bool bf16) {
  const Law law{skips, up_1x1, padding, slope, eps, momentum, bf16};
  PD_CHECK(std::make_pair(learned.size(), running.size()) == WayThere::expected(law), "there must be a tensor for each of the blocks'");
  auto tape = keep ? std::make_unique<Tape>() : nullptr;
  const paddle::Tensor y = WayThere(law, learned, running, tape.get()).scale(x, 0);
  return {y, keep ? Held::tensor_of(std::move(tape)) : empty({1})};
}

Tensors skip_backward(const Tensors& learned, const paddle::Tensor& kept, const paddle::Tensor& dy, const std::vector<int>& skips,
                      bool up_1x1, const std::string& padding, float slope, float eps, float momentum, bool keep, bool bf16) {
  const Law law{skips, up_1x1, padding, slope, eps, momentum, bf16};
  Tape tape = Held::taken(kept);
  PD_CHECK(!tape.empty(), "a network's graph can be gone back over once: add the losses up, or paint anew");
  WayBack back(law, learned, tape);
  back.scale(dy, 0);
  return back.gradients;
}

// For a z as SkipConfig.input_shape says, which can be halved at each scale; for others the kernel's own shape counts.
static std::vector<Shape> skip_shapes(const Shape& x, const std::vector<Shape>& learned, const std::vector<Shape>&,
                                      const std::vector<int>&, const bool&, const std::string&, const float&, const float&,
                                      const float&, const bool&, const bool&) {
  const int64_t channels = learned[learned.size() - 4][0];  // the last block's weight
  return {{x[0], x[1], x[2], channels}, {1}};
}

}  // namespace dip

PD_BUILD_OP(dip_skip)
    .Inputs({"X", paddle::Vec("Learned"), paddle::Vec("Running")})
    .Outputs({"Y", "Kept"})
    .Attrs({"skips: std::vector<int>", "up_1x1: bool", "padding: std::string", "slope: float", "eps: float", "momentum: float",
            "keep: bool", "bf16: bool"})
    .SetKernelFn(PD_KERNEL(dip::skip_forward))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::skip_shapes));

PD_BUILD_GRAD_OP(dip_skip)
    .Inputs({paddle::Vec("Learned"), "Kept", paddle::Grad("Y")})
    .Outputs({paddle::Grad(paddle::Vec("Learned"))})
    .Attrs({"skips: std::vector<int>", "up_1x1: bool", "padding: std::string", "slope: float", "eps: float", "momentum: float",
            "keep: bool", "bf16: bool"})
    .SetKernelFn(PD_KERNEL(dip::skip_backward));
