// Splits of a range over the threads of the OpenMP runtime that Paddle, MKL and oneDNN already share (libiomp5).
#pragma once
#include <omp.h>

#include <cstdint>

namespace dip {

// Calls body(i) for i in [0, count). Which thread gets which i never changes a result: no body adds across i.
template <class Body>
void parallel_for(int64_t count, const Body& body) {
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < count; ++i) body(i);
}

// The same where some calls have far more to do than others, and like ones lie side by side: dealt out in turn. (Not by a dynamic
// schedule: the calls that the compiler makes for one are answered wrongly by libiomp5.)
template <class Body>
void parallel_for_uneven(int64_t count, const Body& body) {
#pragma omp parallel for schedule(static, 1)
  for (int64_t i = 0; i < count; ++i) body(i);
}

inline int threads() { return omp_get_max_threads(); }
inline int thread_index() { return omp_get_thread_num(); }

}  // namespace dip
