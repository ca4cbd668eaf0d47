#include "ccld2.h"

// Before CLD2, whose header uses FILE and does not say where it is from.
#include <climits>
#include <cstdio>

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

extern "C" ccld2_guess ccld2_detect(const char *text, size_t count) {
    CLD2::CLDHints hints = {nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
    CLD2::Language languages[3];
    int percents[3];
    double scores[3];
    int text_bytes = 0;
    int valid_prefix = 0;
    bool is_reliable = false;
    int length = count > INT_MAX ? INT_MAX : static_cast<int>(count);
    CLD2::Language found = CLD2::ExtDetectLanguageSummaryCheckUTF8(
        text, length, true, &hints, 0, languages, percents, scores, nullptr, &text_bytes, &is_reliable, &valid_prefix);
    if (!is_reliable || found == CLD2::UNKNOWN_LANGUAGE || found == CLD2::TG_UNKNOWN_LANGUAGE) {
        return ccld2_guess{nullptr, 0};
    }
    return ccld2_guess{CLD2::LanguageCode(found), percents[0]};
}
