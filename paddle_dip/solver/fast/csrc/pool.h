// Large result buffers, kept when a tensor dies and handed to the next of the same size.
//
// Why: the C library returns blocks above 32 MB to the system at once, so that each step would fault in and clear every
// activation again (a tenth of the step). A fit asks for the same sizes at each step. Huge pages where the system grants them.
#pragma once
#include <cstddef>

namespace dip {

void* take_buffer(size_t bytes);
void give_buffer(void* data);
void release_buffers();  // frees the idle ones

}  // namespace dip
