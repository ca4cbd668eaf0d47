#include "cgmime.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

static struct cgmime gmime;
static bool is_loaded = false;

static bool find_versions(void *library) {
    const char *const names[] = {"gmime_major_version", "gmime_minor_version", "gmime_micro_version"};
    for (int part = 0; part < 3; part++) {
        const unsigned int *version = dlsym(library, names[part]);
        if (version == NULL) return false;
        gmime.version[part] = *version;
    }
    return true;
}

static void load(void) {
    void *library = dlopen("libgmime-3.0.so.0", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
    bool is_whole = find_versions(library);
    // What is asked of a library is looked for in those that came with it too: GLib has the last two.
#define FIND(member, name)                                                                                             \
    gmime.member = (__typeof__(gmime.member))dlsym(library, name);                                                     \
    is_whole = is_whole && gmime.member != NULL;
    FIND(charset_iconv_name, "g_mime_charset_iconv_name")
    FIND(iconv_open, "g_mime_iconv_open")
    FIND(iconv_close, "g_mime_iconv_close")
    FIND(encoding_uudecode_step, "g_mime_encoding_uudecode_step")
    FIND(compute_checksum_for_data, "g_compute_checksum_for_data")
    FIND(free, "g_free")
    void (*init)(void) = (void (*)(void))dlsym(library, "g_mime_init");
    if (!is_whole || init == NULL) return;
    init();
    is_loaded = true;
}

const struct cgmime *cgmime_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded ? &gmime : NULL;
}
