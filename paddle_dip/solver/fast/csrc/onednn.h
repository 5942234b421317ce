// Thin owners for oneDNN's C handles: Layout (a memory descriptor) and Primitive (a compiled operation).
#pragma once
#include <initializer_list>
#include <memory>
#include <vector>

#include "onednn_abi.h"

namespace dip::onednn {

using Dims = std::vector<int64_t>;

void check(int status, const char* what);  // raises std::runtime_error unless status is success
dnnl_engine* engine();

class Layout {
 public:
  Layout() = default;
  static Layout dense(const Dims& dims, int type = kF32);  // row-major
  static Layout strided(const Dims& dims, const Dims& strides, int type = kF32);
  static Layout channels_last(int64_t n, int64_t c, int64_t h, int64_t w, int type = kF32);
  static Layout any(const Dims& dims, int type = kF32);  // let the primitive choose
  static Layout borrowed(const dnnl_memory_desc* desc);  // owned by a primitive descriptor that outlives it
  const dnnl_memory_desc* get() const { return desc_.get(); }
  size_t bytes() const { return dnnl_memory_desc_get_size(desc_.get()); }

 private:
  explicit Layout(std::shared_ptr<const dnnl_memory_desc> desc) : desc_(std::move(desc)) {}
  std::shared_ptr<const dnnl_memory_desc> desc_;
};

struct Argument {
  int name;
  const Layout& layout;
  const void* data;
};

class Primitive {
 public:
  explicit Primitive(dnnl_primitive_desc* desc);  // takes ownership
  Primitive(const Primitive&) = delete;
  ~Primitive();
  void run(std::initializer_list<Argument> arguments) const;
  Layout layout(int query) const { return Layout::borrowed(dnnl_primitive_desc_query_md(desc_, query, 0)); }
  const dnnl_primitive_desc* desc() const { return desc_; }

 private:
  dnnl_primitive_desc* desc_;
  dnnl_primitive* primitive_ = nullptr;
  Layout scratchpad_;
};

// Attributes with a scratchpad that we supply, so that its size is bounded by the largest primitive and not by the sum.
class Attributes {
 public:
  Attributes();
  ~Attributes() { dnnl_primitive_attr_destroy(attr_); }
  const dnnl_primitive_attr* get() const { return attr_; }

 private:
  dnnl_primitive_attr* attr_ = nullptr;
};

std::unique_ptr<Primitive> reorder(const Layout& from, const Layout& to);

}  // namespace dip::onednn
