#include "carchive.h"
#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

static struct carchive archive;
static bool is_loaded = false;

static void load(void) {
    void *library = dlopen("libarchive.so.13", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
    bool is_whole = true;
#define FIND(name)                                                                                                     \
    archive.name = (__typeof__(archive_##name) *)dlsym(library, "archive_" #name);                                     \
    is_whole = is_whole && archive.name != NULL;
    CARCHIVE_FUNCTIONS(FIND)
    is_loaded = is_whole;
}

const struct carchive *carchive_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded ? &archive : NULL;
}
