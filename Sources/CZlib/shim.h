#pragma once
#include <zlib.h>

// deflateInit2 is a macro, which Swift cannot call; 31 asks for a gzip member with the largest window.
static inline int earshot_gzip_begin(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY);
}
