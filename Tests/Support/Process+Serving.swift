package import Foundation
internal import Glibc

extension Process {
    /// Starts the process with no signal blocked, as threads of tests have them all, so that it can be told to stop.
    package func runWithSignals() throws {
        var every = sigset_t()
        var before = sigset_t()
        unsafe sigfillset(&every)
        unsafe pthread_sigmask(SIG_UNBLOCK, &every, &before)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &before, nil) }
        try run()
    }

    /// Starts a server, and waits until it listens at its ports; false where it ended instead, as it does where
    /// somebody else took one between the kernel's choice and its start.
    package func serves(at ports: [Int]) throws -> Bool {
        try runWithSignals()
        for port in ports {
            while !Loopback.isListening(at: port) {
                guard isRunning else { return false }
                sched_yield()
            }
        }
        return true
    }
}
