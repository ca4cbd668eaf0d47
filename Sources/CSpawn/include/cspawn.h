#pragma once
#include <stddef.h>
#include <sys/eventfd.h>
#include <sys/vfs.h>

/// What is started, and within which limits.
typedef struct {
    /// The program's path, its arguments and its environment, both ended by NULL.
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// Where it runs.
    const char *directory;
    /// The most bytes of address space of each of its processes, of each file that it writes, and its most open files.
    size_t memory;
    size_t file;
    size_t files;
    /// The most processes and threads of the user that there may be for it to start another, and the most seconds of a
    /// processor's time of each of its processes; 0 is no limit.
    size_t processes;
    size_t seconds;
} cspawn_request;

/// A process that was started: the ends of its pipes, and a descriptor that can be read once it has ended.
typedef struct {
    int pid;
    int output;
    int errors;
    int ended;
} cspawn_process;

/// Starts a program as the leader of a process group of its own, with nothing on its standard input and no other
/// descriptor than its three; gives 0, or the number of the error.
///
/// The program is killed when the thread that called this ends.
int cspawn_start(const cspawn_request *request, cspawn_process *process);

/// Keeps what is in this process to itself: no other process of the user may look into it, and it leaves no core dump.
void cspawn_seal(void);

/// Which kind of file system a path is on, as Linux numbers them; 0 where there is no such path.
static inline long cspawn_filesystem(const char *path) {
    struct statfs system;
    return statfs(path, &system) == 0 ? (long)system.f_type & 0xFFFFFFFF : 0;
}

/// A descriptor that wakes a thread which polls it; no program inherits it.
static inline int cspawn_bell(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

/// How a program ended: its exit code, or minus the number of the signal that ended it.
///
/// Waits for the program, ends whoever is left of its group, and lets the system forget it.
int cspawn_reap(int pid);
