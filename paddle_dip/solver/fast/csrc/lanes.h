// Channels of a pixel that are computed at once, as vectors of the compiler.
//
// Why: a loop over some 32 channels whose number the compiler doesn't know takes several times as long as its arithmetic.
#pragma once
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "bfloat16.h"

namespace dip {

template <int kWidth>
struct Vectors {
  typedef float Floats __attribute__((vector_size(kWidth * sizeof(float))));
  typedef uint32_t Words __attribute__((vector_size(kWidth * sizeof(uint32_t))));
  typedef Bfloat16 Halves __attribute__((vector_size(kWidth * sizeof(Bfloat16))));
};
template <int kWidth>
using Lanes = typename Vectors<kWidth>::Floats;

template <int kWidth>
Lanes<kWidth> load(const float* from) {
  Lanes<kWidth> lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}
template <int kWidth>
Lanes<kWidth> load(const Bfloat16* from) {
  typename Vectors<kWidth>::Halves halves;
  std::memcpy(&halves, from, sizeof halves);
  const auto bits = __builtin_convertvector(halves, typename Vectors<kWidth>::Words) << 16;
  return (Lanes<kWidth>)bits;
}
template <class Vector>
void store(float* to, const Vector& lanes) {
  std::memcpy(to, &lanes, sizeof lanes);
}

#if defined(__AVX512F__)
constexpr int kWidest = 16;  // not above what the CPU has: GCC compares longer vectors number by number
#elif defined(__AVX__)
constexpr int kWidest = 8;
#else
constexpr int kWidest = 4;
#endif

// Calls body(width, c) for all channels, `width` of them from c on at a time; width is a constant.
template <class Body>
void by_lanes(int64_t channels, const Body& body) {
  int64_t c = 0;
  for (; c + kWidest <= channels; c += kWidest) body(std::integral_constant<int, kWidest>(), c);
  for (; c + 4 <= channels; c += 4) body(std::integral_constant<int, 4>(), c);
  for (; c < channels; ++c) body(std::integral_constant<int, 1>(), c);
}

}  // namespace dip
