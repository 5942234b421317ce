// Operators dip_soap_look and dip_soap_move: what SOAP does to parameters of one shape before and behind Adam's step.
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

static void check_matrices(const Tensors& matrices, const std::vector<int>& sizes, const std::vector<int>& turning, int64_t n) {
  size_t number = 0;
  for (size_t fold = 0; fold < sizes.size(); ++fold) {
    if (!turning[fold]) continue;
    PD_CHECK(number < matrices.size(), "a matrix is missing for each fold that turns");
    check_floats(matrices[number], "matrices", 3);
    PD_CHECK(matrices[number++].shape() == Shape({n, sizes[fold], sizes[fold]}), "matrices must be [n, size, size]");
  }
}

// The statistics are changed in place: like the running ones of BatchNorm they take no part in the graph.
Tensors soap_look(const Tensors& gradients, const Tensors& statistics, const Tensors& matrices, const std::vector<int>& sizes,
                  const std::vector<int>& turning, float decay) {
  const int64_t n = gradients.size(), count = gradients[0].numel();
  for (const paddle::Tensor& gradient : gradients) check_floats(gradient, "gradients", gradients[0].shape().size());
  check_matrices(statistics, sizes, turning, n);
  check_matrices(matrices, sizes, turning, n);
  Shape shape = gradients[0].shape();
  shape.insert(shape.begin(), n);
  paddle::Tensor turned = empty(shape);
  float* out = turned.data<float>();
  parallel_for(n, [&](int64_t i) {
    auto step = [&](const float* x, int64_t size, int number, float* y) {
      if (number < 0) return transpose(x, size, count / size, y);
      const int64_t own = i * size * size;
      add_gram(x, size, count / size, decay, const_cast<float*>(statistics[number].data<float>()) + own);
      turn(x, count / size, Basis(matrices[number].data<float>() + own, size, false), y);
    };
    each_fold(gradients[i].data<float>(), count, sizes, turning, out + i * count, step);
  });
  return {turned};
}

// Parameters and increments are changed in place, as by any optimiser's kernel; an output there has to be.
Tensors soap_move(const paddle::Tensor& increments, const Tensors& matrices, const Tensors& parameters,
                  const std::vector<int>& sizes, const std::vector<int>& turning) {
  const int64_t n = parameters.size(), count = parameters[0].numel();
  check_floats(increments, "increments", parameters[0].shape().size() + 1);
  PD_CHECK(increments.numel() == n * count, "increments must be [", n, ", *shape]");
  for (const paddle::Tensor& parameter : parameters) check_floats(parameter, "parameters", parameters[0].shape().size());
  check_matrices(matrices, sizes, turning, n);
  parallel_for(n, [&](int64_t i) {
    auto step = [&](const float* x, int64_t size, int number, float* y) {
      if (number < 0) return transpose(x, size, count / size, y);
      turn(x, count / size, Basis(matrices[number].data<float>() + i * size * size, size, true), y);
    };
    float* increment = const_cast<float*>(increments.data<float>()) + i * count;
    float* parameter = const_cast<float*>(parameters[i].data<float>());
    each_fold(increment, count, sizes, turning, increment, step);
    for (int64_t j = 0; j < count; ++j) parameter[j] += increment[j];
    std::fill_n(increment, count, 0.0f);
  });
  return {empty({1})};
}

static std::vector<Shape> look_shapes(const std::vector<Shape>& gradients, const std::vector<Shape>&, const std::vector<Shape>&,
                                      const std::vector<int>&, const std::vector<int>&, const float&) {
  Shape shape = gradients[0];
  shape.insert(shape.begin(), gradients.size());
  return {shape};
}

static std::vector<Shape> move_shapes(const Shape&, const std::vector<Shape>&, const std::vector<Shape>&, const std::vector<int>&,
                                      const std::vector<int>&) {
  return {{1}};
}

}  // namespace dip

PD_BUILD_OP(dip_soap_look)
    .Inputs({paddle::Vec("Gradients"), paddle::Vec("Statistics"), paddle::Vec("Matrices")})
    .Outputs({"Turned"})
    .Attrs({"sizes: std::vector<int>", "turning: std::vector<int>", "decay: float"})
    .SetKernelFn(PD_KERNEL(dip::soap_look))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::look_shapes));

PD_BUILD_OP(dip_soap_move)
    .Inputs({"Increments", paddle::Vec("Matrices"), paddle::Vec("Parameters")})
    .Outputs({"Nothing"})
    .Attrs({"sizes: std::vector<int>", "turning: std::vector<int>"})
    .SetKernelFn(PD_KERNEL(dip::soap_move))
    .SetInferShapeFn(PD_INFER_SHAPE(dip::move_shapes));
