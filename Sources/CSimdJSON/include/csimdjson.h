#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/// A simdjson DOM parser, reused from page to page so that its tape is allocated once.
typedef struct csimdjson_parser csimdjson_parser;

/// The tape and the string buffer of the last page parsed; valid until the parser's next page.
typedef struct {
    const uint64_t *tape;
    const uint8_t *strings;
    int32_t error;
} csimdjson_page;

csimdjson_parser *csimdjson_new(void);
void csimdjson_free(csimdjson_parser *parser);

/// Parses `count` bytes. `bytes` must have `csimdjson_padding()` readable bytes after them.
csimdjson_page csimdjson_parse(csimdjson_parser *parser, const uint8_t *bytes, size_t count);

size_t csimdjson_padding(void);

/// Whether `count` bytes are UTF-8.
bool csimdjson_is_utf8(const uint8_t *bytes, size_t count);

/// The version of simdjson, such as 3.0.1.
const char *csimdjson_version(void);

/// What simdjson says of an error number, in English.
const char *csimdjson_error_message(int32_t error);

#ifdef __cplusplus
}
#endif
