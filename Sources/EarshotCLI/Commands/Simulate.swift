internal import ArgumentParser
internal import Earshot
internal import EarshotFormats
internal import EarshotGateway
internal import Foundation

/// `earshot simulate [CONFIG] CHANNEL FILE [--url URL]`
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Sign a recorded delivery as a channel's source would, send it, and print the answer.",
        discussion: """
            The secrets are those of the channel, so that a receiver that runs can be tried without the source. FILE \
            is the body of a webhook; for mail through a provider it is the message, which is packed as the provider \
            packs it. The answer is one JSON object. It ends with 0 where the delivery was taken, 1 where it was \
            refused, 69 where nobody answered.

            Without CONFIG the configuration is earshot.json here, or what --config says.
            """)

    @Argument(
        help: ArgumentHelp("The configuration, the channel's name, and the file; or the last two.", valueName: "words"))
    var words: [String]

    @Option(help: "The configuration, where it is not the first word.")
    var config: String?

    @Option(help: "Where to send; without a path, the channel's. Else where the configuration listens.")
    var url: String?

    @Option(help: "A file with a private key of P-256 in PEM, to sign as SendGrid does.")
    var key: String?

    @Flag(help: "Change the body after it was signed: a receiver must refuse it.")
    var tamper = false

    func validate() throws {
        guard words.count == 2 || (words.count == 3 && config == nil) else {
            throw ValidationError("write: earshot simulate [CONFIG] CHANNEL FILE [--url URL]")
        }
    }

    func run() async throws {
        let path = config ?? (words.count == 3 ? words[0] : "earshot.json")
        let configuration = try GatewaySession.configuration(at: path)
        let name = words[words.count - 2]
        guard let channel = configuration.channels.first(where: { $0.name == name }) else {
            let known = configuration.channels.map(\.name).joined(separator: ", ")
            throw Exit.saying("there is no channel \"\(name)\"; there are \(known)", Exit.usage)
        }
        let document = try Simulate.bytes(of: words[words.count - 1])
        let signingKey = try key.map { String(decoding: try Simulate.bytes(of: $0), as: UTF8.self) }
        var request: FetchRequest
        do throws(Simulation.Fault) {
            request = try Simulation.request(
                delivering: document, to: channel, of: configuration, at: url, signingKey: signingKey,
                now: GatewayClock.system.now(), id: "msg_" + UUID().uuidString.filter { $0 != "-" }.lowercased())
        } catch {
            throw Exit.saying("\(error)", Exit.configuration)
        }
        if tamper { request.body.append(UInt8(ascii: "\n")) }
        try await send(request)
    }

    private func send(_ request: FetchRequest) async throws {
        let response: FetchResponse
        do throws(FetchFailure) {
            response = try await CurlClient(agent: "earshot/\(Version.number)", networks: .all).fetch(
                request)
        } catch {
            throw Exit.saying("\(Simulate.shown(request.url)): \(error.summary)", Exit.unavailable)
        }
        var answer = JSONObject()
        answer["url"] = .string(Simulate.shown(request.url))
        answer["status"] = .integer(Int64(response.status))
        if let wait = response["Retry-After"] { answer["retry_after"] = .string(wait) }
        answer["body"] = .string(String(decoding: response.body.prefix(1024), as: UTF8.self))
        var output = LineOutput()
        try (JSONValue.object(answer).bytes + [0x0A]).withBytes { try output.add($0) }
        try output.flush()
        if !(200..<300).contains(response.status) { throw Exit.partly }
    }

    /// An address without the part that only hubs may know.
    private static func shown(_ address: String) -> String {
        let parts = address.split(separator: "/hooks/", maxSplits: 1)
        guard parts.count == 2, let slash = parts[1].firstIndex(of: "/") else { return address }
        return "\(parts[0])/hooks/\(parts[1][..<slash])/…"
    }

    private static func bytes(of path: String) throws -> [UInt8] {
        let handle = path == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: path)
        guard let handle, let data = try? handle.read(upToCount: Document.sizeLimit * 2) ?? Data() else {
            throw Exit.saying("\(path) cannot be read", Exit.noInput)
        }
        return Array(data)
    }
}
