#pragma once
#include <curl/curl.h>
#include <stdbool.h>

// libcurl, loaded when it is first needed: it and the two dozen libraries that come with it make a start much longer,
// and most commands ask nobody anything.
//
// Each function does as libcurl's of the same name does; those without a handle load it, and answer as if there were no
// memory where it cannot be.

/// Loads libcurl, once; false where it cannot be.
bool ccurl_load(void);

CURLcode ccurl_global_init(long flags);

CURL *ccurl_easy_init(void);
void ccurl_easy_cleanup(CURL *easy);
CURLcode ccurl_easy_perform(CURL *easy);
CURLcode ccurl_easy_pause(CURL *easy, int bitmask);
CURLcode ccurl_easy_send(CURL *easy, const void *bytes, size_t count, size_t *sent);
CURLcode ccurl_easy_recv(CURL *easy, void *bytes, size_t room, size_t *count);
const char *ccurl_easy_strerror(CURLcode code);

CURLM *ccurl_multi_init(void);
CURLMcode ccurl_multi_cleanup(CURLM *multi);
CURLMcode ccurl_multi_add_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_remove_handle(CURLM *multi, CURL *easy);
CURLMcode ccurl_multi_perform(CURLM *multi, int *active);
CURLMcode ccurl_multi_poll(CURLM *multi, struct curl_waitfd *extra, unsigned int count, int milliseconds, int *ready);
CURLMcode ccurl_multi_wakeup(CURLM *multi);
CURLMsg *ccurl_multi_info_read(CURLM *multi, int *left);

struct curl_slist *ccurl_slist_append(struct curl_slist *list, const char *text);
void ccurl_slist_free_all(struct curl_slist *list);

/// The version that is loaded; empty where none is.
const char *ccurl_version(void);
/// What it encrypts with, and which version of that, such as OpenSSL/3.0.17.
const char *ccurl_encryption(void);

// Swift cannot call variadic functions, so each kind of option has a door of its own.

CURLcode ccurl_set_number(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_large(CURL *easy, CURLoption option, curl_off_t value);
CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value);
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value);
CURLcode ccurl_set_write(CURL *easy, curl_write_callback callback, void *context);
CURLcode ccurl_set_header(CURL *easy, curl_write_callback callback, void *context);
CURLcode ccurl_set_open_socket(CURL *easy, curl_opensocket_callback callback, void *context);
CURLcode ccurl_set_progress(CURL *easy, curl_xferinfo_callback callback, void *context);
CURLcode ccurl_get_number(CURL *easy, CURLINFO info, long *value);
CURLcode ccurl_get_large(CURL *easy, CURLINFO info, curl_off_t *value);
CURLcode ccurl_get_text(CURL *easy, CURLINFO info, char **value);
CURLcode ccurl_get_socket(CURL *easy, curl_socket_t *value);
