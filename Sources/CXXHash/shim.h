#pragma once
#include <xxhash.h>

#if defined(__x86_64__) && __has_include(<xxh_x86dispatch.h>)
#define XXH_DISPATCH_DISABLE_REPLACE
#include <xxh_x86dispatch.h>
#define CXXHASH_128BITS XXH3_128bits_dispatch
#else
#define CXXHASH_128BITS XXH3_128bits
#endif

/// XXH3-128 of `count` bytes, by the widest instructions that the processor has.
static inline XXH128_hash_t cxxhash_128bits(const void *_Nullable bytes, size_t count) {
    return CXXHASH_128BITS(bytes, count);
}
