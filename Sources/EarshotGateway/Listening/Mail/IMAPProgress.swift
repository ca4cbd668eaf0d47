internal import Earshot
internal import EarshotFormats

/// Up to which message each folder was read: the cursor of a channel that listens to IMAP.
struct IMAPProgress {
    private struct Place {
        var validity: UInt32
        var uid: UInt32
    }

    private var places: [String: Place] = [:]

    /// The most folders that are remembered; those that are no longer listened to go first.
    private static let limit = 2000

    init(_ cursor: Cursor?) {
        guard let cursor, let folders = (try? JSONValue(parsing: cursor.text))?["folders"]?.members else { return }
        for (name, entry) in folders {
            guard let validity = entry["validity"]?.wholeNumber.flatMap({ UInt32(exactly: $0) }),
                let uid = entry["uid"]?.wholeNumber.flatMap({ UInt32(exactly: $0) })
            else { continue }
            places[name] = Place(validity: validity, uid: uid)
        }
    }

    /// The last message that was taken of a folder; 0 where none was, or where its messages have new numbers.
    func uid(in folder: String, validity: UInt32) -> UInt32 {
        guard let place = places[folder], place.validity == validity else { return 0 }
        return place.uid
    }

    /// Whether the folder was read when its messages had other numbers.
    func isRenumbered(_ folder: String, validity: UInt32) -> Bool {
        places[folder].map { $0.validity != validity } ?? false
    }

    /// Notes that a folder was read up to a message.
    mutating func reach(_ uid: UInt32, in folder: String, validity: UInt32, among folders: [String]) {
        places[folder] = Place(validity: validity, uid: uid)
        guard places.count > IMAPProgress.limit else { return }
        let kept = Set(folders)
        places = places.filter { kept.contains($0.key) }
    }

    /// The progress as a cursor.
    var cursor: Cursor {
        var folders = JSONObject()
        for (name, place) in places.sorted(by: { $0.key < $1.key }) {
            folders[name] = ["validity": .integer(Int64(place.validity)), "uid": .integer(Int64(place.uid))]
        }
        let whole: JSONValue = ["folders": .object(folders)]
        return Cursor(whole.description)
    }
}
