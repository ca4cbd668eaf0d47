internal import Earshot
internal import EarshotFormats

/// A printed line that is more than its bytes: a message of Singer's, a state, or a document in quotation marks.
enum PrintedMessage: Equatable {
    /// Where the program got to.
    case state(Cursor)
    /// A document that another adapter reads, and the stream that it belongs to.
    case record(stream: String, [UInt8])
    /// Something that says nothing of mentions.
    case nothing
    /// Something that is no message.
    case wrong(String)

    /// The message that a line is; nil where the line is a document as it stands.
    init?(_ line: [UInt8], format: ExecSettings.Format) {
        // Most lines are documents, and only a state is more than its bytes there.
        if format != .singer, !PrintedMessage.mayBeState(line), !PrintedMessage.isQuoted(line) { return nil }
        guard let value = try? JSON.read(line, { root, _ in JSONValue(root) }) else {
            if format == .singer { self = .wrong("not JSON, which a Singer message is") } else { return nil }
            return
        }
        if let text = value.text, format == .documents {
            self = .record(stream: "", Array(text.utf8))
        } else if value["type"]?.text == "STATE", let state = value["value"] {
            self = .state(Cursor(state.description))
        } else if format == .singer {
            self = PrintedMessage.singer(value)
        } else {
            return nil
        }
    }

    private static func singer(_ message: JSONValue) -> PrintedMessage {
        guard let type = message["type"]?.text else { return .wrong("no Singer message: it has no \"type\"") }
        switch type {
        case "RECORD":
            guard let record = message["record"], record.members != nil else {
                return .wrong("a RECORD without a \"record\"")
            }
            return .record(stream: message["stream"]?.text ?? "", record.bytes)
        case "SCHEMA", "ACTIVATE_VERSION": return .nothing
        case "BATCH": return .wrong("a BATCH, which cannot be read: let the tap print RECORD messages")
        case "STATE": return .wrong("a STATE without a \"value\"")
        default: return .wrong("no Singer message: its type is \"\(type.prefix(40))\"")
        }
    }

    private static func isQuoted(_ line: [UInt8]) -> Bool { line.first { $0 > 0x20 } == UInt8(ascii: "\"") }

    /// Whether a line may be `{"type":"STATE",…}`: looked at before it is parsed for that alone.
    private static func mayBeState(_ line: [UInt8]) -> Bool {
        let word = Array("\"STATE\"".utf8)
        guard line.count > word.count else { return false }
        return line.indices.dropLast(word.count).contains { index in
            line[index] == word[0] && line[index..<(index + word.count)].elementsEqual(word)
        }
    }
}
