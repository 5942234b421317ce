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

}  // namespace dip
