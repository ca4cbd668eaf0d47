internal import Earshot
internal import Foundation

/// The state that a program printed last, in a file that only this user can read and that goes with the run.
struct HandedState {
    /// What is added to the program's arguments.
    private(set) var arguments: [String] = []
    /// What is added to its environment.
    private(set) var environment: [String: String] = [:]
    private var folder: URL?

    /// Writes down a state; a program that has none yet is handed none.
    init(_ state: Cursor?, as handover: Program.Handover) throws {
        guard let state else { return }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("earshot-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        self.folder = folder
        let file = folder.appendingPathComponent("state.json")
        try Data((state.text + "\n").utf8).write(to: file)
        switch handover {
        case .option(let name): arguments = [name, file.path]
        case .variable(let name): environment = [name: file.path]
        }
    }

    /// Removes the file.
    func remove() {
        if let folder { try? FileManager.default.removeItem(at: folder) }
    }
}
