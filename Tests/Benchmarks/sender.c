// Sends prepared HTTP requests to a server on this machine over many connections, and tells when each was answered.
//
// usage: sender PORT REQUESTS CONNECTIONS RATE MOMENTS
//
// REQUESTS holds each request after its length (32 bits). RATE requests are sent a second, each when it is due on a
// connection that is free; with 0, each connection sends its next request when it was answered. MOMENTS is written:
// for every request the nanoseconds of the monotonic clock when it was due, when its last byte was sent and when it was
// answered, and the status, 64 bits each. Ends with 1 where an answer was not 2xx.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct moments { int64_t due, sent, answered, status; };
struct connection { int socket; long request; size_t written, length, read; const char *bytes; char answer[8192]; };

static const char *input;
static struct moments *moments;
static long begun, answered, refused, total;

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000ll + time.tv_nsec;
}

static void fail(const char *what) { perror(what); exit(2); }

static const char *load(const char *path, size_t *size) {
    int file = open(path, O_RDONLY);
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0) fail(path);
    *size = about.st_size;
    const char *bytes = mmap(NULL, *size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (bytes == MAP_FAILED) fail(path);
    return bytes;
}

// Connects; what goes out is never held back for more.
static void join(struct connection *connection, int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(0x7f000001)};
    int yes = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fcntl(connection->socket, F_SETFL, O_NONBLOCK);
    connection->request = -1;
}

static void write_more(struct connection *connection) {
    while (connection->written < connection->length) {
        ssize_t count = write(connection->socket, connection->bytes + connection->written,
                              connection->length - connection->written);
        if (count < 0 && errno == EAGAIN) return;
        if (count < 0) fail("write");
        connection->written += count;
        if (connection->written == connection->length) moments[connection->request].sent = now();
    }
}

static void begin(struct connection *connection, int64_t due) {
    uint32_t length;
    memcpy(&length, input, 4);
    *connection = (struct connection){.socket = connection->socket, .request = begun++, .length = length, .bytes = input + 4};
    input += 4 + length;
    moments[connection->request].due = due;
    write_more(connection);
}

// Whether the answer is whole; they are short and tell their length.
static int is_whole(struct connection *connection) {
    connection->answer[connection->read] = 0;
    char *fields = strstr(connection->answer, "\r\n\r\n");
    if (!fields) return 0;
    char *length = strcasestr(connection->answer, "content-length:");
    size_t body = length && length < fields ? strtoul(length + 15, NULL, 10) : 0;
    return connection->read >= (size_t)(fields + 4 - connection->answer) + body;
}

static void read_more(struct connection *connection) {
    ssize_t count = read(connection->socket, connection->answer + connection->read,
                         sizeof connection->answer - 1 - connection->read);
    if (count < 0 && errno == EAGAIN) return;
    if (count <= 0) { fprintf(stderr, "the server closed a connection\n"); exit(2); }
    connection->read += count;
    if (!is_whole(connection)) return;
    struct moments *moment = &moments[connection->request];
    moment->answered = now();
    moment->status = strtol(connection->answer + 9, NULL, 10);
    if (moment->status / 100 != 2) refused++;
    answered++;
    connection->request = -1;
}

// Gives requests to connections that are free: one each, or those that are due.
static void hand_out(struct connection *connections, int count, double rate, int64_t start) {
    int free = 0;
    while (begun < total && begun - answered < count) {
        int64_t due = rate > 0 ? start + (int64_t)(begun * 1e9 / rate) : now();
        if (due > now()) return;
        while (connections[free].request >= 0) free++;
        begin(&connections[free], due);
    }
}

int main(int argc, char **argv) {
    if (argc != 6) return fprintf(stderr, "usage: sender PORT REQUESTS CONNECTIONS RATE MOMENTS\n"), 64;
    size_t size;
    int count = atoi(argv[3]), poll = epoll_create1(0);
    double rate = atof(argv[4]);
    input = load(argv[2], &size);
    for (const char *next = input; next < input + size; total++) {
        uint32_t length;
        memcpy(&length, next, 4);
        next += 4 + length;
    }
    moments = calloc(total, sizeof *moments);
    struct connection *connections = calloc(count, sizeof *connections);
    struct epoll_event events[256];
    for (int k = 0; k < count; k++) {
        join(&connections[k], atoi(argv[1]));
        struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = &connections[k]};
        epoll_ctl(poll, EPOLL_CTL_ADD, connections[k].socket, &event);
    }
    int64_t start = now();
    while (answered < total) {
        hand_out(connections, count, rate, start);
        struct timespec wait = {.tv_nsec = 50000};
        int ready = epoll_pwait2(poll, events, 256, rate > 0 && begun < total ? &wait : NULL, NULL);
        for (int k = 0; k < ready; k++) {
            struct connection *connection = events[k].data.ptr;
            if (connection->request < 0) continue;
            if (events[k].events & EPOLLOUT) write_more(connection);
            if (events[k].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) read_more(connection);
        }
    }
    FILE *file = fopen(argv[5], "wb");
    if (!file || fwrite(moments, sizeof *moments, total, file) != (size_t)total || fclose(file) != 0) fail(argv[5]);
    if (refused) fprintf(stderr, "%ld of %ld requests were not answered 2xx\n", refused, total);
    return refused ? 1 : 0;
}
