// shims FILE…: the C and C++ behind the gateway, built with the address and the undefined-behaviour sanitizer, over the
// bytes of files: what a sanitizer finds ends the program.
#include "ccld2.h"
#include "csimdjson.h"
extern "C" {
#include "carchive.h"
#include "ccurl.h"
#include "cgmime.h"
#include "cspawn.h"
}

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

/// Ends the program unless something holds.
void expect(bool holds, const char *promise) {
    if (holds) return;
    std::fprintf(stderr, "BROKEN PROMISE: %s\n", promise);
    std::abort();
}

/// Reads bytes as JSON, and every word of the tape that it gives.
void parse(csimdjson_parser *parser, const std::vector<unsigned char> &bytes) {
    std::vector<unsigned char> padded(bytes);
    padded.resize(bytes.size() + csimdjson_padding());
    csimdjson_page page = csimdjson_parse(parser, padded.data(), bytes.size());
    expect(csimdjson_error_message(page.error) != nullptr, "an error has words");
    if (page.error != 0) return;
    uint64_t length = page.tape[0] & 0x00FFFFFFFFFFFFFFull;
    uint64_t sum = 0;
    for (uint64_t place = 0; place < length; place++) sum ^= page.tape[place];
    static volatile uint64_t sink;
    sink = sum;
}

/// Undoes bytes as if they were uuencoded, in pieces of every length.
void decode(const std::vector<unsigned char> &bytes, const cgmime *gmime) {
    std::vector<unsigned char> output(bytes.size() + 8);
    int state = 0;
    uint32_t save = 0;
    size_t done = 0, made = 0;
    for (size_t piece = 1; done < bytes.size(); piece = piece % 61 + 1) {
        size_t count = piece < bytes.size() - done ? piece : bytes.size() - done;
        made += gmime->encoding_uudecode_step(bytes.data() + done, count, output.data() + made, &state, &save);
        expect(made <= output.size(), "what is decoded is not more than what came");
        done += count;
    }
    char *digest = gmime->compute_checksum_for_data(2, bytes.data(), bytes.size());
    expect(digest != nullptr && std::strlen(digest) == 64, "a digest has 64 digits");
    gmime->free(digest);
    std::string name(bytes.begin(), bytes.begin() + (bytes.size() < 40 ? bytes.size() : 40));
    const char *charset = gmime->charset_iconv_name(name.c_str());
    if (charset == nullptr) return;
    iconv_t converter = gmime->iconv_open("UTF-8", charset);
    if (converter != reinterpret_cast<iconv_t>(-1)) gmime->iconv_close(converter);
}

size_t taken(char *, size_t size, size_t count, void *) { return size * count; }

/// Sets every kind of option to what the bytes say, and performs what can only fail.
void transfer(const std::vector<unsigned char> &bytes) {
    std::string text(bytes.begin(), bytes.begin() + (bytes.size() < 200 ? bytes.size() : 200));
    CURL *easy = ccurl_easy_init();
    expect(easy != nullptr, "a handle");
    ccurl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    ccurl_set_text(easy, CURLOPT_URL, ("file:///" + text).c_str());
    ccurl_set_number(easy, CURLOPT_NOSIGNAL, 1);
    ccurl_set_large(easy, CURLOPT_MAXFILESIZE_LARGE, 1000);
    ccurl_set_write(easy, taken, nullptr);
    ccurl_set_header(easy, taken, nullptr);
    ccurl_set_progress(easy, nullptr, nullptr);
    struct curl_slist *fields = ccurl_slist_append(nullptr, ("X-Text: " + text).c_str());
    ccurl_set_pointer(easy, CURLOPT_HTTPHEADER, fields);
    expect(ccurl_easy_perform(easy) != CURLE_OK, "a file is not fetched");
    long number = 0;
    curl_off_t large = 0;
    char *address = nullptr;
    curl_socket_t socket = CURL_SOCKET_BAD;
    ccurl_get_number(easy, CURLINFO_RESPONSE_CODE, &number);
    ccurl_get_large(easy, CURLINFO_SIZE_DOWNLOAD_T, &large);
    ccurl_get_text(easy, CURLINFO_PRIMARY_IP, &address);
    ccurl_get_socket(easy, &socket);
    ccurl_easy_cleanup(easy);
    ccurl_slist_free_all(fields);
}

/// Starts programs that end in every way, and reads what they print.
void spawn() {
    const char *scripts[] = {"exit 0", "exit 3", "kill -9 $$", "echo x", "exec >&-; exit 1", "sleep 1000 & exit 0"};
    for (int round = 0; round < 60; round++) {
        const char *words[] = {"/bin/sh", "-c", scripts[round % 6], nullptr};
        const char *nothing[] = {nullptr};
        cspawn_request request = {};
        request.path = round % 10 == 9 ? "/nonexistent" : words[0];
        request.arguments = const_cast<char *const *>(words);
        request.environment = const_cast<char *const *>(nothing);
        request.directory = round % 15 == 14 ? "/nonexistent" : "/";
        request.memory = size_t(4) << 30;
        request.file = 1 << 20;
        request.files = 64;
        request.processes = 100000;
        request.seconds = 10;
        cspawn_process process = {};
        int error = cspawn_start(&request, &process);
        expect((error != 0) == (round % 10 == 9 || round % 15 == 14), "what is not there does not start");
        if (error != 0) continue;
        cspawn_reap(process.pid);
        close(process.output);
        close(process.errors);
        close(process.ended);
    }
    close(cspawn_bell());
    cspawn_seal();
}

}  // namespace

int main(int count, char **files) {
    ccurl_global_init(CURL_GLOBAL_ALL);
    const cgmime *gmime = cgmime_load();
    expect(gmime != nullptr, "GMime is there");
    expect(carchive_load() != nullptr, "libarchive is there");
    spawn();
    csimdjson_parser *parser = csimdjson_new();
    expect(parser != nullptr, "a parser");
    size_t total = 0;
    for (int index = 1; index < count; index++) {
        std::ifstream file(files[index], std::ios::binary);
        std::vector<unsigned char> bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        if (bytes.size() > size_t(16) << 20) bytes.resize(size_t(16) << 20);
        parse(parser, bytes);
        decode(bytes, gmime);
        if (index % 10 == 0) transfer(bytes);
        size_t length = bytes.size() < 65536 ? bytes.size() : 65536;
        // A copy without room behind it, so that one byte too far is seen.
        std::vector<char> text(bytes.begin(), bytes.begin() + length);
        ccld2_detect(text.data(), text.size());
        total += bytes.size();
    }
    csimdjson_free(parser);
    std::printf("%d files, %zu bytes\n", count - 1, total);
    return 0;
}
