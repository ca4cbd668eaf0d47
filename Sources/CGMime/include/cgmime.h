#pragma once
#include <iconv.h>
#include <stddef.h>
#include <stdint.h>

// GMime, loaded with the first mail: it and GLib, which comes with it, make a start longer, and most documents are no mail.
//
// The part of their stable C interface that mail is read with is declared here instead of included: the flags in
// gmime-3.0.pc hold a -pthread that SwiftPM refuses, and without flags its headers are not found. The types of GLib are
// spelled as what they are (gsize is size_t, guint32 is uint32_t, an enumeration is an unsigned int). A test compiles
// this file together with the real headers, so that a declaration which differs does not pass.

/// GMime's and GLib's functions; each does as the one does that it is named after.
struct cgmime {
    /// The name under which iconv knows a charset (`g_mime_charset_iconv_name`).
    const char *_Nullable (*_Nonnull charset_iconv_name)(const char *_Nonnull charset);
    /// A converter between two charsets, or -1 (`g_mime_iconv_open`).
    iconv_t _Nullable (*_Nonnull iconv_open)(const char *_Nonnull to, const char *_Nonnull from);
    /// Gives a converter back (`g_mime_iconv_close`).
    int (*_Nonnull iconv_close)(iconv_t _Nonnull converter);
    /// Decodes some of a uuencoded block; the state holds what a call leaves for the next
    /// (`g_mime_encoding_uudecode_step`).
    size_t (*_Nonnull encoding_uudecode_step)(
        const unsigned char *_Nullable input, size_t length, unsigned char *_Nullable output, int *_Nonnull state,
        uint32_t *_Nonnull save);
    /// The digest of `length` bytes in hexadecimal; type 2 is SHA-256. The caller frees it with `free`
    /// (`g_compute_checksum_for_data`).
    char *_Nullable (*_Nonnull compute_checksum_for_data)(
        unsigned int type, const unsigned char *_Nullable data, size_t length);
    /// Frees what GLib gave (`g_free`).
    void (*_Nonnull free)(void *_Nullable memory);
    /// The version that is loaded: major, minor, micro.
    unsigned int version[3];
};

/// The library, loaded and made ready once; NULL where it cannot be.
const struct cgmime *_Nullable cgmime_load(void);
