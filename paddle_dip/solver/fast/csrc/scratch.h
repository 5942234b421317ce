// Working memory that is kept from call to call: a fresh 34 MB buffer costs more in page faults than in arithmetic.
#pragma once
#include <cstddef>

namespace dip {

// One buffer per purpose; two purposes that are alive at the same moment must be two slots.
enum class Slot { kOnednn, kWeights, kPadded, kGradient, kPartials, kRows, kGradientRow, kWideRow, kCount };

void* scratch(Slot slot, size_t bytes);  // 64-byte aligned, uninitialised, this thread's own, valid until the next larger request
inline float* scratch_floats(Slot slot, size_t count) { return static_cast<float*>(scratch(slot, count * sizeof(float))); }
void release_scratch();  // gives this thread's buffers back

}  // namespace dip
