// Stands between the program and the system (LD_PRELOAD), for faults that nothing else brings about:
//   FAULTS_SYNC=n      the n-th fsync or fdatasync of a file of the journal fails with EIO, and every one after it
//   FAULTS_CLOCK=path  the wall clock is off by as many seconds as the first line of the file says
//   FAULTS_RECORD=path every change of a file below FAULTS_ROOT is recorded, for a power cut to be made of
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static int path_of(int number, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", number);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return 1;
}

/// A record: one letter, the path's length and the path, an offset, a length, and the bytes.
static void record(char kind, const char *path, int64_t offset, const void *bytes, int64_t length) {
    static int file = -2;
    const char *root = getenv("FAULTS_ROOT"), *name = getenv("FAULTS_RECORD");
    if (!root || !name || strncmp(path, root, strlen(root)) != 0) return;
    if (file == -2) file = syscall(SYS_openat, AT_FDCWD, name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    uint32_t path_length = strlen(path);
    size_t stored = kind == 'w' ? length : 0, size = 1 + 4 + path_length + 16 + stored;
    char *whole = malloc(size), *at = whole;
    if (!whole) return;
    *at++ = kind;
    memcpy(at, &path_length, 4), at += 4;
    memcpy(at, path, path_length), at += path_length;
    memcpy(at, &offset, 8), at += 8;
    memcpy(at, &length, 8), at += 8;
    memcpy(at, bytes, stored);
    syscall(SYS_write, file, whole, size);
    free(whole);
}

static void record_of(char kind, int number, int64_t offset, const void *bytes, int64_t length) {
    char path[4096];
    if (getenv("FAULTS_RECORD") && path_of(number, path, sizeof path)) record(kind, path, offset, bytes, length);
}

ssize_t pwrite64(int number, const void *bytes, size_t count, off64_t offset) {
    static ssize_t (*call)(int, const void *, size_t, off64_t);
    if (!call) call = real("pwrite64");
    pthread_mutex_lock(&lock);
    ssize_t written = call(number, bytes, count, offset);
    if (written > 0) record_of('w', number, offset, bytes, written);
    pthread_mutex_unlock(&lock);
    return written;
}

ssize_t pwrite(int number, const void *bytes, size_t count, off_t offset) {
    return pwrite64(number, bytes, count, offset);
}

ssize_t write(int number, const void *bytes, size_t count) {
    static ssize_t (*call)(int, const void *, size_t);
    if (!call) call = real("write");
    struct stat status;
    if (!getenv("FAULTS_RECORD") || fstat(number, &status) != 0 || !S_ISREG(status.st_mode))
        return call(number, bytes, count);
    pthread_mutex_lock(&lock);
    off_t at = fcntl(number, F_GETFL) & O_APPEND ? status.st_size : lseek(number, 0, SEEK_CUR);
    ssize_t written = call(number, bytes, count);
    if (written > 0) record_of('w', number, at, bytes, written);
    pthread_mutex_unlock(&lock);
    return written;
}

static int truncated(int number, off64_t length, int (*call)(int, off64_t)) {
    pthread_mutex_lock(&lock);
    int result = call(number, length);
    if (result == 0) record_of('t', number, 0, "", length);
    pthread_mutex_unlock(&lock);
    return result;
}

int ftruncate64(int number, off64_t length) { return truncated(number, length, real("ftruncate64")); }
int ftruncate(int number, off_t length) { return truncated(number, length, real("ftruncate64")); }

int rename(const char *from, const char *to) {
    static int (*call)(const char *, const char *);
    if (!call) call = real("rename");
    pthread_mutex_lock(&lock);
    int result = call(from, to);
    if (result == 0) {
        record('r', from, 0, "", 0);
        record('n', to, 0, "", 0);
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int unlink(const char *path) {
    static int (*call)(const char *);
    if (!call) call = real("unlink");
    pthread_mutex_lock(&lock);
    int result = call(path);
    if (result == 0) record('u', path, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

static int synced(int number, int (*call)(int)) {
    static long calls;
    const char *failing = getenv("FAULTS_SYNC");
    char path[4096];
    if (failing && path_of(number, path, sizeof path) && strstr(path, "journal.db")
        && __sync_add_and_fetch(&calls, 1) >= atol(failing)) {
        errno = EIO;
        return -1;
    }
    pthread_mutex_lock(&lock);
    int result = call(number);
    if (result == 0) record_of('s', number, 0, "", 0);
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int number) { return synced(number, real("fsync")); }
int fdatasync(int number) { return synced(number, real("fdatasync")); }

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*call)(clockid_t, struct timespec *);
    if (!call) call = real("clock_gettime");
    int result = call(clock, time);
    const char *path = clock == CLOCK_REALTIME ? getenv("FAULTS_CLOCK") : NULL;
    if (!path || result != 0) return result;
    int file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    char text[32] = {0};
    if (file >= 0) {
        if (syscall(SYS_read, file, text, sizeof text - 1) > 0) time->tv_sec += atol(text);
        syscall(SYS_close, file);
    }
    return result;
}
