#include "pool.h"

#include "scratch.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <map>
#include <mutex>
#include <new>
#include <unordered_map>

namespace dip {
namespace {

constexpr size_t kHugePage = size_t(2) << 20;
constexpr uint64_t kIdleRequests = 2000;  // several steps of the deepest network: a buffer idle for longer is of another fit

struct Idle {
  void* data;
  uint64_t since;
};

struct Pool {
  std::mutex guard;
  std::multimap<size_t, Idle> idle;          // by size
  std::unordered_map<void*, size_t> in_use;  // size by address
  uint64_t requests = 0;
};

// Never destroyed: tensors may outlive the static objects of this library.
Pool& pool() {
  static Pool* shared = new Pool;
  return *shared;
}

void* allocate(size_t bytes) {
  void* data = std::aligned_alloc(kHugePage, bytes);
  if (data == nullptr) throw std::bad_alloc();
  madvise(data, bytes, MADV_HUGEPAGE);
  return data;
}

void free_older_than(Pool& p, uint64_t age) {
  for (auto it = p.idle.begin(); it != p.idle.end();) {
    const bool old = p.requests - it->second.since >= age;
    if (old) std::free(it->second.data);
    it = old ? p.idle.erase(it) : std::next(it);
  }
}

}  // namespace

void* take_buffer(size_t bytes) {
  const size_t rounded = (bytes + kHugePage - 1) / kHugePage * kHugePage;
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.guard);
  ++p.requests;
  auto found = p.idle.find(rounded);
  void* data = nullptr;
  if (found != p.idle.end()) {
    data = found->second.data;
    p.idle.erase(found);
  } else {
    free_older_than(p, kIdleRequests);
    data = allocate(rounded);
  }
  p.in_use[data] = rounded;
  return data;
}

void give_buffer(void* data) {
  Pool& p = pool();
  std::lock_guard<std::mutex> lock(p.guard);
  const auto entry = p.in_use.find(data);
  if (entry == p.in_use.end()) return;
  p.idle.insert({entry->second, Idle{data, p.requests}});
  p.in_use.erase(entry);
}

void release_buffers() {
  std::lock_guard<std::mutex> lock(pool().guard);
  free_older_than(pool(), 0);
}

}  // namespace dip

// Called from Python through ctypes.
extern "C" void dip_release_memory() {
  dip::release_buffers();
  dip::release_scratch();
}
