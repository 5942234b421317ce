// bfloat16: the upper half of a float32, rounded to the nearest, to the even one on a tie.
#pragma once
#include <cstdint>
#include <cstring>

namespace dip {

using Bfloat16 = uint16_t;  // its bits

inline void narrow(const float* __restrict from, int64_t count, Bfloat16* __restrict to) {
  for (int64_t i = 0; i < count; ++i) {
    uint32_t bits;
    std::memcpy(&bits, from + i, sizeof bits);
    const uint32_t rounded = (bits + 0x7fffu + (bits >> 16 & 1u)) >> 16;
    const bool nan = (bits & 0x7fffffffu) > 0x7f800000u;  // rounding could carry it into infinity
    to[i] = Bfloat16(nan ? (bits >> 16 | 0x40u) : rounded);
  }
}

inline float widen(float number) { return number; }
inline float widen(Bfloat16 number) {
  const uint32_t bits = uint32_t(number) << 16;
  float wide;
  std::memcpy(&wide, &bits, sizeof wide);
  return wide;
}

// Values as a tensor or a buffer holds them.
struct Values {
  const void* data;
  bool bf16;  // else float32
};

// Calls body with a pointer to the numbers, of their type.
template <class Body>
auto typed(const Values& values, const Body& body) {
  return values.bf16 ? body(static_cast<const Bfloat16*>(values.data)) : body(static_cast<const float*>(values.data));
}

}  // namespace dip
