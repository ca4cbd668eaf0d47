#pragma once
#include <iconv.h>
#include <stddef.h>
#include <stdint.h>

// The part of GMime's and GLib's stable C interface that mail is read with, declared here instead of included: the
// flags in gmime-3.0.pc hold a -pthread that SwiftPM refuses, and without flags its headers are not found. The types
// of GLib are spelled as what they are (gsize is size_t, guint32 is uint32_t, an enumeration is an unsigned int).
// A test compiles this file together with the real headers, so that a declaration which differs does not pass.

/// Prepares GMime's tables; called once.
void g_mime_init(void);

/// The name under which iconv knows a charset.
const char *g_mime_charset_iconv_name(const char *charset);
/// A converter between two charsets, or -1.
iconv_t g_mime_iconv_open(const char *to, const char *from);
/// Gives a converter back.
int g_mime_iconv_close(iconv_t cd);

/// Decodes some of a uuencoded block; the state holds what a call leaves for the next.
size_t g_mime_encoding_uudecode_step(const unsigned char *inbuf, size_t inlen, unsigned char *outbuf, int *state, uint32_t *save);

/// The digest of `length` bytes in hexadecimal; type 2 is SHA-256. The caller frees it with g_free.
char *g_compute_checksum_for_data(unsigned int checksum_type, const unsigned char *data, size_t length);
/// Frees what GLib gave.
void g_free(void *mem);

/// The version that is loaded.
extern const unsigned int gmime_major_version;
extern const unsigned int gmime_minor_version;
extern const unsigned int gmime_micro_version;
