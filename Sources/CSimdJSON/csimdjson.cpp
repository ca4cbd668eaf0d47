#include "csimdjson.h"

#include <new>
#include <simdjson.h>

struct csimdjson_parser {
    simdjson::dom::parser dom;
};

extern "C" csimdjson_parser *csimdjson_new(void) { return new (std::nothrow) csimdjson_parser(); }

extern "C" void csimdjson_free(csimdjson_parser *parser) { delete parser; }

extern "C" size_t csimdjson_padding(void) { return simdjson::SIMDJSON_PADDING; }

extern "C" bool csimdjson_is_utf8(const uint8_t *bytes, size_t count) {
    return simdjson::validate_utf8(reinterpret_cast<const char *>(bytes), count);
}

// simdjson makes room for just so many bytes, and pages of a file, each a little longer than the longest before, would have
// all of it made and touched anew.
static void make_room(simdjson::dom::parser &parser, size_t count) {
    constexpr size_t smallest = 4096, largest = 1 << 20;
    if (count > largest || (parser.capacity() >= count && parser.doc.capacity() >= count)) return;
    size_t room = smallest;
    while (room < count) room *= 2;
    // Where there is no memory for it, there may be for less.
    if (parser.doc.allocate(room) == simdjson::SUCCESS) (void)parser.allocate(room);
}

extern "C" csimdjson_page csimdjson_parse(csimdjson_parser *parser, const uint8_t *bytes, size_t count) {
    make_room(parser->dom, count);
    auto error = parser->dom.parse(bytes, count, false).error();
    return csimdjson_page{parser->dom.doc.tape.get(), parser->dom.doc.string_buf.get(), int32_t(error)};
}

extern "C" const char *csimdjson_error_message(int32_t error) {
    return simdjson::error_message(static_cast<simdjson::error_code>(error));
}

#define CSIMDJSON_TEXT(value) #value
#define CSIMDJSON_TEXT_OF(value) CSIMDJSON_TEXT(value)

extern "C" const char *csimdjson_version(void) { return CSIMDJSON_TEXT_OF(SIMDJSON_VERSION); }
