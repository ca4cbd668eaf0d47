#pragma once
#include <stddef.h>
#ifdef __cplusplus
extern "C" {
#endif

/// What a text is written in: a static BCP 47 tag, or NULL where it cannot be told, and how sure that is (0 to 100).
typedef struct {
    const char *tag;
    int percent;
} ccld2_guess;

/// Guesses the language of `count` bytes of UTF-8 plain text.
ccld2_guess ccld2_detect(const char *text, size_t count);

#ifdef __cplusplus
}
#endif
