#include "ccurl.h"
#include <dlfcn.h>
#include <pthread.h>

// What is used of libcurl, by the names after `curl_`.
#define FUNCTIONS(each)                                                                                                \
    each(global_init) each(version_info) each(slist_append) each(slist_free_all)                                       \
    each(easy_init) each(easy_cleanup) each(easy_perform) each(easy_pause) each(easy_send) each(easy_recv)             \
    each(easy_strerror) each(easy_setopt) each(easy_getinfo)                                                           \
    each(multi_init) each(multi_cleanup) each(multi_add_handle) each(multi_remove_handle) each(multi_perform)          \
    each(multi_poll) each(multi_wakeup) each(multi_info_read) each(multi_setopt)

static struct {
#define MEMBER(name) __typeof__(curl_##name) *name;
    FUNCTIONS(MEMBER)
} curl;
static bool is_loaded = false;

static void load(void) {
    void *library = dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return;
    is_loaded = true;
#define FIND(name)                                                                                                     \
    curl.name = (__typeof__(curl_##name) *)dlsym(library, "curl_" #name);                                              \
    is_loaded = is_loaded && curl.name != NULL;
    FUNCTIONS(FIND)
}

bool ccurl_load(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    return is_loaded;
}

CURLcode ccurl_global_init(long flags) { return ccurl_load() ? curl.global_init(flags) : CURLE_FAILED_INIT; }

CURL *ccurl_easy_init(void) { return ccurl_load() ? curl.easy_init() : NULL; }
void ccurl_easy_cleanup(CURL *easy) { curl.easy_cleanup(easy); }
CURLcode ccurl_easy_perform(CURL *easy) { return curl.easy_perform(easy); }
CURLcode ccurl_easy_pause(CURL *easy, int bitmask) { return curl.easy_pause(easy, bitmask); }

CURLcode ccurl_easy_send(CURL *easy, const void *bytes, size_t count, size_t *sent) {
    return curl.easy_send(easy, bytes, count, sent);
}

CURLcode ccurl_easy_recv(CURL *easy, void *bytes, size_t room, size_t *count) {
    return curl.easy_recv(easy, bytes, room, count);
}

const char *ccurl_easy_strerror(CURLcode code) {
    return ccurl_load() ? curl.easy_strerror(code) : "libcurl cannot be loaded";
}

CURLM *ccurl_multi_init(void) {
    CURLM *multi = ccurl_load() ? curl.multi_init() : NULL;
    // A reply over HTTP/1 that calls itself HTTP/2 would have requests sent after one another, and replies confused.
    if (multi != NULL) curl.multi_setopt(multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
    return multi;
}
CURLMcode ccurl_multi_cleanup(CURLM *multi) { return curl.multi_cleanup(multi); }
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy) { return curl.multi_add_handle(multi, easy); }
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy) { return curl.multi_remove_handle(multi, easy); }
CURLMcode ccurl_multi_perform(CURLM *multi, int *active) { return curl.multi_perform(multi, active); }

CURLMcode ccurl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned int count, int milliseconds, int *ready) {
    return curl.multi_poll(multi, extra, count, milliseconds, ready);
}

CURLMcode ccurl_multi_wakeup(CURLM *multi) {
    return multi != NULL ? curl.multi_wakeup(multi) : CURLM_BAD_HANDLE;
}

CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left) { return curl.multi_info_read(multi, left); }

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text) {
    return ccurl_load() ? curl.slist_append(list, text) : NULL;
}

void ccurl_slist_free_all(struct curl_slist *list) {
    if (list != NULL) curl.slist_free_all(list);
}

const char *ccurl_version(void) { return ccurl_load() ? curl.version_info(CURLVERSION_NOW)->version : ""; }

const char *ccurl_encryption(void) {
    const char *name = ccurl_load() ? curl.version_info(CURLVERSION_NOW)->ssl_version : NULL;
    return name != NULL ? name : "";
}

CURLcode ccurl_set_number(CURL *easy, CURLoption option, long value) { return curl.easy_setopt(easy, option, value); }

CURLcode ccurl_set_large(CURL *easy, CURLoption option, curl_off_t value) {
    return curl.easy_setopt(easy, option, value);
}

CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
    return curl.easy_setopt(easy, option, value);
}

CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) { return curl.easy_setopt(easy, option, value); }

// A function that libcurl calls, and what it is called with.
#define SET_CALLBACK(name, type, option)                                                                               \
    CURLcode ccurl_set_##name(CURL *easy, type callback, void *context) {                                              \
        CURLcode code = curl.easy_setopt(easy, CURLOPT_##option##FUNCTION, callback);                                  \
        return code != CURLE_OK ? code : curl.easy_setopt(easy, CURLOPT_##option##DATA, context);                      \
    }
SET_CALLBACK(write, curl_write_callback, WRITE)
SET_CALLBACK(header, curl_write_callback, HEADER)
SET_CALLBACK(open_socket, curl_opensocket_callback, OPENSOCKET)
SET_CALLBACK(progress, curl_xferinfo_callback, XFERINFO)

CURLcode ccurl_get_number(CURL *easy, CURLINFO info, long *value) { return curl.easy_getinfo(easy, info, value); }
CURLcode ccurl_get_large(CURL *easy, CURLINFO info, curl_off_t *value) { return curl.easy_getinfo(easy, info, value); }
CURLcode ccurl_get_text(CURL *easy, CURLINFO info, char **value) { return curl.easy_getinfo(easy, info, value); }

CURLcode ccurl_get_socket(CURL *easy, curl_socket_t *value) {
    return curl.easy_getinfo(easy, CURLINFO_ACTIVESOCKET, value);
}
