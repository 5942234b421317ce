#include "onednn.h"

#include <stdexcept>
#include <string>

#include "scratch.h"

namespace dip::onednn {

void check(int status, const char* what) {
  if (status != 0) throw std::runtime_error(std::string("oneDNN: ") + what + " failed, status " + std::to_string(status));
}

dnnl_engine* engine() {
  static dnnl_engine* shared = [] {
    const int major = dnnl_version()->major;
    if (major != 3) throw std::runtime_error("oneDNN 3 is needed, found major version " + std::to_string(major));
    dnnl_engine* created = nullptr;
    check(dnnl_engine_create(&created, kCpu, 0), "engine_create");
    return created;
  }();
  return shared;
}

static dnnl_stream* stream() {
  thread_local dnnl_stream* own = [] {
    dnnl_stream* created = nullptr;
    check(dnnl_stream_create(&created, engine(), kInOrder), "stream_create");
    return created;
  }();
  return own;
}

static std::shared_ptr<const dnnl_memory_desc> owned(dnnl_memory_desc* desc) {
  return {desc, [](const dnnl_memory_desc* d) { dnnl_memory_desc_destroy(const_cast<dnnl_memory_desc*>(d)); }};
}

Layout Layout::strided(const Dims& dims, const Dims& strides, int type) {
  dnnl_memory_desc* desc = nullptr;
  check(dnnl_memory_desc_create_with_strides(&desc, int(dims.size()), dims.data(), type, strides.data()), "memory_desc");
  return Layout(owned(desc));
}

Layout Layout::dense(const Dims& dims, int type) {
  Dims strides(dims.size(), 1);
  for (int i = int(dims.size()) - 2; i >= 0; --i) strides[i] = strides[i + 1] * dims[i + 1];
  return strided(dims, strides, type);
}

Layout Layout::channels_last(int64_t n, int64_t c, int64_t h, int64_t w, int type) {
  return strided({n, c, h, w}, {h * w * c, 1, w * c, c}, type);
}

Layout Layout::any(const Dims& dims, int type) {
  dnnl_memory_desc* desc = nullptr;
  check(dnnl_memory_desc_create_with_tag(&desc, int(dims.size()), dims.data(), type, kTagAny), "memory_desc");
  return Layout(owned(desc));
}

Layout Layout::borrowed(const dnnl_memory_desc* desc) {
  return Layout(std::shared_ptr<const dnnl_memory_desc>(desc, [](const dnnl_memory_desc*) {}));
}

Primitive::Primitive(dnnl_primitive_desc* desc) : desc_(desc) {
  check(dnnl_primitive_create(&primitive_, desc), "primitive_create");
  scratchpad_ = layout(kQueryScratchpad);
}

Primitive::~Primitive() {
  dnnl_primitive_destroy(primitive_);
  dnnl_primitive_desc_destroy(desc_);
}

void Primitive::run(std::initializer_list<Argument> arguments) const {
  std::vector<dnnl_exec_arg_t> bound;
  auto bind = [&bound](int name, const Layout& layout, const void* data) {
    dnnl_memory* memory = nullptr;
    check(dnnl_memory_create(&memory, layout.get(), engine(), const_cast<void*>(data)), "memory_create");
    bound.push_back({name, memory});
  };
  for (const Argument& a : arguments)
    if (a.data != nullptr) bind(a.name, a.layout, a.data);
  const size_t bytes = scratchpad_.bytes();
  if (bytes > 0) bind(kScratchpad, scratchpad_, scratch(Slot::kOnednn, bytes));
  const int status = dnnl_primitive_execute(primitive_, stream(), int(bound.size()), bound.data());
  dnnl_stream_wait(stream());
  for (dnnl_exec_arg_t& a : bound) dnnl_memory_destroy(a.memory);
  check(status, "primitive_execute");
}

Attributes::Attributes() {
  check(dnnl_primitive_attr_create(&attr_), "primitive_attr_create");
  check(dnnl_primitive_attr_set_scratchpad_mode(attr_, kScratchpadUser), "set_scratchpad_mode");
}

std::unique_ptr<Primitive> reorder(const Layout& from, const Layout& to) {
  dnnl_primitive_desc* desc = nullptr;
  check(dnnl_reorder_primitive_desc_create(&desc, from.get(), engine(), to.get(), engine(), Attributes().get()), "reorder");
  return std::make_unique<Primitive>(desc);
}

}  // namespace dip::onednn
