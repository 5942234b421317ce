// Operators dip_soap_look and dip_soap_move: what SOAP does to stacks of parameters before and behind Adam's step.
#include "op_common.h"
#include "turn.h"

namespace dip {

// Puts a parameter's values, fold after fold, through step(x, size, number among the folds that turn or -1, y): what it makes of
// x, [size, rest], in y, [rest, size], is x of the next. The last goes into `out`.
template <class Step>
void each_fold(const float* values, int64_t count, const std::vector<int>& sizes, const std::vector<int>& turning, float* out,
               const Step& step) {
  std::vector<float> x(values, values + count), y(count + kBeyond);
  x.resize(count + kBeyond);
  int number = 0;
  for (size_t fold = 0; fold < sizes.size(); ++fold) {
    step(x.data(), sizes[fold], turning[fold] ? number++ : -1, y.data());
    x.swap(y);
  }
  std::copy_n(x.data(), count, out);
}

// Parameters of one shape among those of others: their number, the first of them, their folds and the first of their matrices.
struct Stack {
  int64_t n, first;
  std::vector<int> sizes, turning;
  size_t matrices;

  // Of parameter i of all, by the number of a fold among those that turn.
  const float* of(const Tensors& all, int number, int64_t i, int64_t size) const {
    return all[matrices + number].data<float>() + (i - first) * size * size;
  }
};

// counts: how many parameters each stack has, folds: how many folds; sizes, turning: of all folds.
static std::vector<Stack> stacks_of(const std::vector<int>& counts, const std::vector<int>& folds, const std::vector<int>& sizes,
                                    const std::vector<int>& turning) {
  std::vector<Stack> stacks;
  auto size = sizes.begin(), turns = turning.begin();
  int64_t first = 0;
  size_t matrices = 0;
  for (size_t i = 0; i < counts.size(); first += counts[i], size += folds[i], turns += folds[i], ++i) {
    stacks.push_back({counts[i], first, {size, size + folds[i]}, {turns, turns + folds[i]}, matrices});
    matrices += std::count(turns, turns + folds[i], 1);
  }
  return stacks;
}

static void check_matrices(const Tensors& matrices, const std::vector<Stack>& stacks) {
  size_t number = 0;
  for (const Stack& stack : stacks)
    for (size_t fold = 0; fold < stack.sizes.size(); ++fold) {
      if (!stack.turning[fold]) continue;
      PD_CHECK(number < matrices.size(), "a matrix is missing for each fold that turns");
      check_floats(matrices[number], "matrices", 3);
      PD_CHECK(matrices[number++].shape() == Shape({stack.n, stack.sizes[fold], stack.sizes[fold]}), "matrices must be [n, size, size]");
    }
}

static void check_stacked(const Tensors& stacked, const Tensors& each, const std::vector<Stack>& stacks) {
  PD_CHECK(!stacks.empty() && stacked.size() == stacks.size(), "there must be ", stacks.size(), " stacks, and one at least");
  PD_CHECK(int64_t(each.size()) == stacks.back().first + stacks.back().n, "there must be one of each that is stacked");
  for (size_t s = 0; s < stacks.size(); ++s) {
    const Shape shape = each[stacks[s].first].shape();
    check_floats(stacked[s], "a stack", shape.size() + 1);
    for (int64_t i = stacks[s].first; i < stacks[s].first + stacks[s].n; ++i) {
      check_floats(each[i], "each of a stack", shape.size());
      PD_CHECK(each[i].shape() == shape && stacked[s].numel() == stacks[s].n * each[i].numel(), "a stack must be [n, *shape]");
    }
  }
}

// make(stack, i, where it lies in its stack's array) for every parameter, i counting all.
template <class Make>
void each_parameter(const std::vector<Stack>& stacks, const Tensors& stacked, const Tensors& each, const Make& make) {
  std::vector<size_t> owner;
  for (size_t s = 0; s < stacks.size(); ++s) owner.insert(owner.end(), stacks[s].n, s);
  parallel_for_uneven(owner.size(), [&](int64_t i) {
    const Stack& stack = stacks[owner[i]];
    make(stack, i, const_cast<float*>(stacked[owner[i]].data<float>()) + (i - stack.first) * each[i].numel());
  });
}

// The statistics are changed in place: like the running ones of BatchNorm they take no part in the graph. So is what is turned.
Tensors soap_look(const Tensors& gradients, const Tensors& statistics, const Tensors& matrices, const Tensors& turned,
                  const std::vector<int>& counts, const std::vector<int>& folds, const std::vector<int>& sizes,
                  const std::vector<int>& turning, float decay) {
  const std::vector<Stack> stacks = stacks_of(counts, folds, sizes, turning);
  check_matrices(statistics, stacks);
  check_matrices(matrices, stacks);
  check_stacked(turned, gradients, stacks);
  each_parameter(stacks, turned, gradients, [&](const Stack& stack, int64_t i, float* out) {
    const int64_t count = gradients[i].numel();
    auto step = [&](const float* x, int64_t size, int number, float* y) {
      if (number < 0) return transpose(x, size, count / size, y);
      add_gram(x, size, count / size, decay, const_cast<float*>(stack.of(statistics, number, i, size)));
      turn(x, count / size, Basis(stack.of(matrices, number, i, size), size, false), y);
    };
    each_fold(gradients[i].data<float>(), count, stack.sizes, stack.turning, out, step);
  });
  return {empty({1})};
}

// Parameters and increments are changed in place, as by any optimiser's kernel; an output there has to be.
Tensors soap_move(const Tensors& increments, const Tensors& matrices, const Tensors& parameters, const std::vector<int>& counts,
                  const std::vector<int>& folds, const std::vector<int>& sizes, const std::vector<int>& turning) {
  const std::vector<Stack> stacks = stacks_of(counts, folds, sizes, turning);
  check_matrices(matrices, stacks);
  check_stacked(increments, parameters, stacks);
  each_parameter(stacks, increments, parameters, [&](const Stack& stack, int64_t i, float* increment) {
    const int64_t count = parameters[i].numel();
    auto step = [&](const float* x, int64_t size, int number, float* y) {
      if (number < 0) return transpose(x, size, count / size, y);
      turn(x, count / size, Basis(stack.of(matrices, number, i, size), size, true), y);
    };
    float* parameter = const_cast<float*>(parameters[i].data<float>());
    each_fold(increment, count, stack.sizes, stack.turning, increment, step);
    for (int64_t j = 0; j < count; ++j) parameter[j] += increment[j];
    std::fill_n(increment, count, 0.0f);
  });
  return {empty({1})};
}

using Shapes = std::vector<Shape>;
using Numbers = std::vector<int>;

static Shapes look_shapes(const Shapes&, const Shapes&, const Shapes&, const Shapes&, const Numbers&, const Numbers&,
                          const Numbers&, const Numbers&, const float&) {
  return {{1}};
}

static Shapes move_shapes(const Shapes&, const Shapes&, const Shapes&, const Numbers&, const Numbers&, const Numbers&,
                          const Numbers&) {
  return {{1}};
}

}  // namespace dip

PD_BUILD_OP(dip_soap_look)
    .Inputs({paddle::Vec("Gradients"), paddle::Vec("Statistics"), paddle::Vec("Matrices"), paddle::Vec("Turned")})
    .Outputs({"Nothing"})
    .Attrs({"counts: std::vector<int>", "folds: std::vector<int>", "sizes: std::vector<int>", "turning: std::vector<int>", "decay: float"})
    .SetKernelFn(PD_KERNEL(dip::soap_look))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::look_shapes));

PD_BUILD_OP(dip_soap_move)
    .Inputs({paddle::Vec("Increments"), paddle::Vec("Matrices"), paddle::Vec("Parameters")})
    .Outputs({"Nothing"})
    .Attrs({"counts: std::vector<int>", "folds: std::vector<int>", "sizes: std::vector<int>", "turning: std::vector<int>"})
    .SetKernelFn(PD_KERNEL(dip::soap_move))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::move_shapes));
