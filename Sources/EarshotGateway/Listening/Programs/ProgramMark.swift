internal import Foundation
internal import Glibc

/// What all processes of one run carry from their beginning, a variable of the environment with a value that no other
/// run has: by it those are found that left the run's process group (`setsid`), or were left behind by who started
/// them.
struct ProgramMark: Sendable {
    /// The variable.
    static let variable = "EARSHOT_RUN"
    /// The run's own value.
    let value = UUID().uuidString

    /// How often it is looked for processes that others began meanwhile, and how much of an environment is looked
    /// through.
    private static let rounds = 64
    private static let environmentLimit = 1 << 20

    /// Kills every process that carries the mark, until there is none.
    func killAll() {
        for _ in 0..<ProgramMark.rounds {
            let carriers = carriers
            guard !carriers.isEmpty else { return }
            for carrier in carriers { _ = kill(carrier, SIGKILL) }
            sched_yield()
        }
    }

    /// The processes that carry the mark; one that has ended has no environment any more.
    private var carriers: [pid_t] {
        let mark = Array("\(ProgramMark.variable)=\(value)".utf8)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { name in
            guard let number = pid_t(name), number != getpid() else { return nil }
            return ProgramMark.environment(of: number).split(separator: 0).contains { $0.elementsEqual(mark) }
                ? number : nil
        }
    }

    /// The environment that a process began with; nothing where it is another user's.
    private static func environment(of process: pid_t) -> [UInt8] {
        let descriptor = unsafe open("/proc/\(process)/environ", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 16_384)
        while bytes.count < environmentLimit {
            let count = unsafe part.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += part[..<count]
        }
        return bytes
    }
}
