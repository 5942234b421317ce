// Operator dip_soap_step: a step of SOAP for stacks of parameters, Adam's in the bases.
#include <cmath>

#include "op_common.h"
#include "turn.h"

namespace dip {

static float* data_of(const paddle::Tensor& changed) { return const_cast<float*>(changed.data<float>()); }

// Parameters of one shape among those of others: their number, the first of them, their folds and the first of their matrices.
struct Stack {
  int64_t n, first;
  std::vector<int> sizes, turning;
  size_t matrices;

  // Of parameter i of all, by the number of a fold among those that turn.
  float* of(const Tensors& all, int number, int64_t i, int64_t size) const {
    return data_of(all[matrices + number]) + (i - first) * size * size;
  }
};

// Puts a parameter's values, fold after fold, through step(x, size, number among the folds that turn, y), or turns them over where a
// fold doesn't turn: what it makes of x, [size, rest], in y, [rest, size], is x of the next.
template <class Step>
void each_fold(std::vector<float>& values, const Stack& stack, const Step& step) {
  const int64_t count = values.size();
  std::vector<float> y(count + kBeyond);
  values.resize(count + kBeyond);
  int number = 0;
  for (size_t fold = 0; fold < stack.sizes.size(); ++fold) {
    const int64_t size = stack.sizes[fold];
    if (stack.turning[fold])
      step(values.data(), size, number++, y.data());
    else
      transpose(values.data(), size, count / size, y.data());
    values.swap(y);
  }
  values.resize(count);
}

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

// make(stack, its number, i) for every parameter, i counting all.
template <class Make>
void each_parameter(const std::vector<Stack>& stacks, const Make& make) {
  std::vector<size_t> owner;
  for (size_t s = 0; s < stacks.size(); ++s) owner.insert(owner.end(), stacks[s].n, s);
  parallel_for_uneven(owner.size(), [&](int64_t i) { make(stacks[owner[i]], owner[i], i); });
}

// What Adam adds to parameters whose gradients are `x`, in their place; its moments are moved on. law: the learning rate and epsilon,
// both with the bias correction of the step in them (Kingma and Ba, 2015, the end of section 2), and the moments' decays.
struct AdamLaw {
  float rate, epsilon, beta1, beta2;
};

static void adam(float* x, int64_t count, const AdamLaw& law, float* moment1, float* moment2) {
  for (int64_t j = 0; j < count; ++j) {
    moment1[j] = law.beta1 * moment1[j] + (1 - law.beta1) * x[j];
    moment2[j] = law.beta2 * moment2[j] + (1 - law.beta2) * x[j] * x[j];
    x[j] = -law.rate * (moment1[j] / (std::sqrt(moment2[j]) + law.epsilon));
  }
}

// All but gradients and matrices is changed in place, as by any optimiser's kernel: it takes no part in the graph. An output there
// has to be.
Tensors soap_step(const Tensors& gradients, const Tensors& statistics, const Tensors& matrices, const Tensors& moments1,
                  const Tensors& moments2, const Tensors& parameters, const std::vector<int>& counts, const std::vector<int>& folds,
                  const std::vector<int>& sizes, const std::vector<int>& turning, float decay, const std::vector<float>& law) {
  const std::vector<Stack> stacks = stacks_of(counts, folds, sizes, turning);
  PD_CHECK(law.size() == 4, "law must be the rate, epsilon and two betas");
  check_matrices(statistics, stacks);
  check_matrices(matrices, stacks);
  check_stacked(moments1, gradients, stacks);
  check_stacked(moments2, parameters, stacks);
  each_parameter(stacks, [&](const Stack& stack, int64_t s, int64_t i) {
    const int64_t count = parameters[i].numel(), place = (i - stack.first) * count;
    std::vector<float> values(gradients[i].data<float>(), gradients[i].data<float>() + count);
    each_fold(values, stack, [&](const float* x, int64_t size, int number, float* y) {
      add_gram(x, size, count / size, decay, stack.of(statistics, number, i, size));
      turn(x, count / size, Basis(stack.of(matrices, number, i, size), size, false), y);
    });
    adam(values.data(), count, {law[0], law[1], law[2], law[3]}, data_of(moments1[s]) + place, data_of(moments2[s]) + place);
    each_fold(values, stack, [&](const float* x, int64_t size, int number, float* y) {
      turn(x, count / size, Basis(stack.of(matrices, number, i, size), size, true), y);
    });
    float* parameter = data_of(parameters[i]);
    for (int64_t j = 0; j < count; ++j) parameter[j] += values[j];
  });
  return {empty({1})};
}

using Shapes = std::vector<Shape>;
using Numbers = std::vector<int>;

static Shapes step_shapes(const Shapes&, const Shapes&, const Shapes&, const Shapes&, const Shapes&, const Shapes&, const Numbers&,
                          const Numbers&, const Numbers&, const Numbers&, const float&, const std::vector<float>&) {
  return {{1}};
}

}  // namespace dip

PD_BUILD_OP(dip_soap_step)
    .Inputs({paddle::Vec("Gradients"), paddle::Vec("Statistics"), paddle::Vec("Matrices"), paddle::Vec("Moments1"),
             paddle::Vec("Moments2"), paddle::Vec("Parameters")})
    .Outputs({"Nothing"})
    .Attrs({"counts: std::vector<int>", "folds: std::vector<int>", "sizes: std::vector<int>", "turning: std::vector<int>", "decay: float",
            "law: std::vector<float>"})
    .SetKernelFn(PD_KERNEL(dip::soap_step))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::step_shapes));
