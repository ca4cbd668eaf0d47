#pragma once
#include <archive.h>
#include <archive_entry.h>

// libarchive, loaded when the first archive is opened: most documents are in none, and every library that is loaded
// makes a start longer.

// What is used of it, by the names after `archive_`.
#define CARCHIVE_FUNCTIONS(each)                                                                                       \
    each(read_new) each(read_free) each(read_open1) each(read_next_header) each(read_data)                             \
    each(read_set_callback_data) each(read_set_read_callback) each(read_set_seek_callback)                             \
    each(read_support_format_zip) each(read_support_format_tar) each(read_support_format_raw)                          \
    each(read_support_filter_gzip) each(read_support_filter_zstd)                                                      \
    each(entry_filetype) each(entry_hardlink) each(entry_is_encrypted) each(entry_pathname)                            \
    each(error_string) each(filter_count) each(format) each(version_details)

/// libarchive's functions; each does as `archive_` and its name says.
struct carchive {
#define CARCHIVE_MEMBER(name) __typeof__(archive_##name) *_Nonnull name;
    CARCHIVE_FUNCTIONS(CARCHIVE_MEMBER)
#undef CARCHIVE_MEMBER
};

/// The library, loaded once; NULL where it cannot be.
const struct carchive *_Nullable carchive_load(void);
