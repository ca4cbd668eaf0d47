internal import Earshot
internal import EarshotAdapters
internal import EarshotFormats

/// Something that takes bytes from outside, and what must hold whatever they are.
struct Target: Sendable {
    /// Its word on the command line; for an adapter the adapter's name.
    let name: String
    /// Whether inputs are changed as JSON besides as bytes.
    var isJSON = false
    /// Takes one input; ends the program where something does not hold.
    let take: @Sendable (_ bytes: [UInt8]) -> Void

    /// The one that this process fuzzes, by the first argument.
    static let chosen = all.first { $0.name == CommandLine.arguments.dropFirst().first }

    /// Every target: the adapters of this build, and the formats that read what strangers wrote.
    static let all =
        BuiltInAdapters.kinds.map { kind in
            let adapter = adapter(kind)
            return Target(name: kind.name, isJSON: !["email", "rss"].contains(kind.name)) { bytes in
                AdapterPromise(adapter: adapter).check(bytes)
            }
        } + FormatTargets.all

    /// An adapter with the settings that it has by default.
    private static func adapter(_ kind: AdapterKind) -> any Adapter {
        guard let adapter = try? kind.make() else { broken("\(kind.name) does not do without settings") }
        return adapter
    }
}

/// Ends the program: libFuzzer keeps the input.
func broken(_ promise: String) -> Never { fatalError("BROKEN PROMISE: \(promise)") }

/// Ends the program unless something holds.
func expect(_ holds: Bool, _ promise: @autoclosure () -> String) {
    if !holds { broken(promise()) }
}
