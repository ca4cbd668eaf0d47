#define _GNU_SOURCE
#include "cspawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void limit(int resource, rlim_t most) {
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) return;
    if (now.rlim_max != RLIM_INFINITY && now.rlim_max < most) most = now.rlim_max;
    struct rlimit wanted = {most, most};
    setrlimit(resource, &wanted);
}

/// Everything after fork and before exec: only what is safe there.
static void become(const cspawn_request *request, int output, int errors, int report) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    for (int number = 1; number < NSIG; number++) signal(number, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    int input = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (input < 0 || dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0) goto failed;
    // Everything else closes when the program begins.
    if (syscall(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC) != 0) goto failed;
    if (chdir(request->directory) != 0) goto failed;
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_AS, request->memory);
    limit(RLIMIT_FSIZE, request->file);
    limit(RLIMIT_NOFILE, request->files);
    if (request->processes > 0) limit(RLIMIT_NPROC, request->processes);
    if (request->seconds > 0) limit(RLIMIT_CPU, request->seconds);
    execve(request->path, request->arguments, request->environment);
failed:;
    int error = errno;
    ssize_t written = write(report, &error, sizeof error);
    (void)written;
    _exit(127);
}

/// A pipe of which no program inherits anything, its ends above the three that every program has.
static int make_pipe(int ends[2]) {
    int made[2];
    if (pipe2(made, O_CLOEXEC) != 0) return errno;
    for (int index = 0; index < 2; index++) {
        ends[index] = fcntl(made[index], F_DUPFD_CLOEXEC, 3);
        close(made[index]);
    }
    if (ends[0] >= 0 && ends[1] >= 0) return 0;
    int error = errno;
    if (ends[0] >= 0) close(ends[0]);
    if (ends[1] >= 0) close(ends[1]);
    ends[0] = ends[1] = -1;
    return error;
}

int cspawn_start(const cspawn_request *request, cspawn_process *process) {
    int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
    int error = 0;
    for (int index = 0; index < 3 && error == 0; index++) error = make_pipe(pipes[index]);
    // Between fork and exec the child must not run the parent's handlers.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = error == 0 ? fork() : -1;
    if (pid == 0) become(request, pipes[0][1], pipes[1][1], pipes[2][1]);
    if (pid < 0 && error == 0) error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    for (int index = 0; index < 3; index++)
        if (pipes[index][1] >= 0) close(pipes[index][1]);
    int report = 0;
    if (error == 0) {
        ssize_t count;
        do count = read(pipes[2][0], &report, sizeof report);
        while (count < 0 && errno == EINTR);
        if (count == sizeof report) error = report;
    }
    if (pipes[2][0] >= 0) close(pipes[2][0]);
    int ended = error == 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
    if (error == 0 && ended < 0) error = errno;
    if (error == 0) {
        fcntl(pipes[0][0], F_SETFL, O_NONBLOCK);
        fcntl(pipes[1][0], F_SETFL, O_NONBLOCK);
        *process = (cspawn_process){pid, pipes[0][0], pipes[1][0], ended};
        return 0;
    }
    for (int index = 0; index < 2; index++)
        if (pipes[index][0] >= 0) close(pipes[index][0]);
    if (pid > 0) {
        kill(-pid, SIGKILL);
        kill(pid, SIGKILL);
        cspawn_reap(pid);
    }
    return error;
}

void cspawn_seal(void) {
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    limit(RLIMIT_CORE, 0);
}

int cspawn_reap(int pid) {
    siginfo_t info = {0};
    // As long as the leader is not forgotten nobody else can have its number.
    while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) != 0 && errno == EINTR) {}
    kill(-pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : WIFSIGNALED(status) ? -WTERMSIG(status) : 0;
}
