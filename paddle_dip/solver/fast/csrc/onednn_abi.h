// The part of oneDNN's C interface that we call, declared by hand.
//
// Why not the official headers: Paddle's wheel ships libdnnl.so.3 but only stub headers, and PyPI's onednn-devel
// requires the whole oneDNN runtime. Functions and constants below are stable for the whole major version 3
// (https://uxlfoundation.github.io/oneDNN/v3.6/); Engine's constructor refuses another major version.
#pragma once
#include <cstddef>
#include <cstdint>

extern "C" {
struct dnnl_engine;
struct dnnl_stream;
struct dnnl_memory;
struct dnnl_memory_desc;
struct dnnl_primitive;
struct dnnl_primitive_desc;
struct dnnl_primitive_attr;

struct dnnl_version_t {
  int major, minor, patch;
};
struct dnnl_exec_arg_t {
  int arg;
  dnnl_memory* memory;
};

const dnnl_version_t* dnnl_version();
int dnnl_engine_create(dnnl_engine**, int kind, size_t index);
int dnnl_stream_create(dnnl_stream**, dnnl_engine*, unsigned flags);
int dnnl_stream_wait(dnnl_stream*);

int dnnl_memory_desc_create_with_strides(dnnl_memory_desc**, int ndims, const int64_t* dims, int type,
                                         const int64_t* strides);
int dnnl_memory_desc_create_with_tag(dnnl_memory_desc**, int ndims, const int64_t* dims, int type, int tag);
int dnnl_memory_desc_destroy(dnnl_memory_desc*);
size_t dnnl_memory_desc_get_size(const dnnl_memory_desc*);
int dnnl_memory_create(dnnl_memory**, const dnnl_memory_desc*, dnnl_engine*, void* data);
int dnnl_memory_destroy(dnnl_memory*);

int dnnl_primitive_attr_create(dnnl_primitive_attr**);
int dnnl_primitive_attr_destroy(dnnl_primitive_attr*);
int dnnl_primitive_attr_set_scratchpad_mode(dnnl_primitive_attr*, int mode);

int dnnl_convolution_forward_primitive_desc_create(
    dnnl_primitive_desc**, dnnl_engine*, int prop_kind, int algorithm, const dnnl_memory_desc* src,
    const dnnl_memory_desc* weights, const dnnl_memory_desc* bias, const dnnl_memory_desc* dst,
    const int64_t* strides, const int64_t* dilates, const int64_t* padding_l, const int64_t* padding_r,
    const dnnl_primitive_attr*);
int dnnl_convolution_backward_data_primitive_desc_create(
    dnnl_primitive_desc**, dnnl_engine*, int algorithm, const dnnl_memory_desc* diff_src,
    const dnnl_memory_desc* weights, const dnnl_memory_desc* diff_dst, const int64_t* strides,
    const int64_t* dilates, const int64_t* padding_l, const int64_t* padding_r,
    const dnnl_primitive_desc* forward_hint, const dnnl_primitive_attr*);
int dnnl_convolution_backward_weights_primitive_desc_create(
    dnnl_primitive_desc**, dnnl_engine*, int algorithm, const dnnl_memory_desc* src,
    const dnnl_memory_desc* diff_weights, const dnnl_memory_desc* diff_bias, const dnnl_memory_desc* diff_dst,
    const int64_t* strides, const int64_t* dilates, const int64_t* padding_l, const int64_t* padding_r,
    const dnnl_primitive_desc* forward_hint, const dnnl_primitive_attr*);
int dnnl_reorder_primitive_desc_create(dnnl_primitive_desc**, const dnnl_memory_desc* src, dnnl_engine*,
                                       const dnnl_memory_desc* dst, dnnl_engine*, const dnnl_primitive_attr*);
const dnnl_memory_desc* dnnl_primitive_desc_query_md(const dnnl_primitive_desc*, int what, int index);
int dnnl_primitive_desc_destroy(dnnl_primitive_desc*);
int dnnl_primitive_create(dnnl_primitive**, const dnnl_primitive_desc*);
int dnnl_primitive_destroy(dnnl_primitive*);
int dnnl_primitive_execute(const dnnl_primitive*, dnnl_stream*, int nargs, const dnnl_exec_arg_t*);
}

namespace dip::onednn {
constexpr int kCpu = 1, kInOrder = 1;
constexpr int kBf16 = 2, kF32 = 3;
constexpr int kTagAny = 1;
constexpr int kScratchpadUser = 1;
constexpr int kForwardTraining = 64;
constexpr int kDirect = 1;
// what to ask a primitive descriptor for
constexpr int kQueryWeights = 131, kQueryDiffWeights = 132, kQueryScratchpad = 136;
// names of execution arguments
constexpr int kSrc = 1, kDst = 17, kWeights = 33, kBias = 41, kScratchpad = 80;
constexpr int kDiffSrc = 129, kDiffDst = 145, kDiffWeights = 161;
}  // namespace dip::onednn
