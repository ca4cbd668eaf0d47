internal import Earshot
internal import EarshotFormats
internal import Foundation

extension ConfigurationReader {
    /// Reads what the gateway itself is told.
    mutating func sections(_ top: JSONObject) {
        if let path = top["data_dir"]?.text { result.dataDirectory = Configuration.path(path, in: result.directory) }
        for (network, accounts) in top["own_accounts"]?.members ?? JSONObject() {
            result.ownAccounts[network] = accounts.texts
        }
        for (name, rule) in top["watch"]?.members ?? JSONObject() { watch(name, rule) }
        if let dedupe = top["dedupe"] { self.dedupe(dedupe) }
        if let journal = top["journal"] { self.journal(journal) }
        if let http = top["http"] { self.http(http) }
        if let receive = top["receive"] {
            result.receive = address(receive["listen"]?.text ?? "127.0.0.1:8080", at: "/receive/listen")
            result.publicURL = receive["public_url"]?.text.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        }
        if let admin = top["admin"] { self.admin(admin) }
    }

    private mutating func watch(_ name: String, _ rule: JSONValue) {
        let watch = Configuration.Watch(
            name: name, any: rule["any"]?.texts ?? [], all: rule["all"]?.texts ?? [],
            none: rule["none"]?.texts ?? [], languages: rule["languages"]?.texts ?? [])
        if watch.any.isEmpty && watch.all.isEmpty {
            check.note(Problem("/watch/\(JSONPointer.escape(name))", "\"any\" or \"all\" must name a term"))
        }
        for (index, tag) in watch.languages.enumerated() where !ConfigurationReader.isLanguageTag(tag) {
            check.refuse(
                "/watch/\(JSONPointer.escape(name))/languages/\(index)",
                expected: "a BCP 47 tag such as \"fi\" or \"pt-BR\"")
        }
        result.watch.append(watch)
    }

    /// Whether a text has the form of a language tag (BCP 47, RFC 5646 section 2.1): subtags of letters and digits, of
    /// which the first is a language.
    private static func isLanguageTag(_ tag: String) -> Bool {
        let subtags = tag.split(separator: "-", omittingEmptySubsequences: false)
        guard let language = subtags.first, (2...3).contains(language.utf8.count) else { return false }
        return language.allSatisfy { $0.isASCII && $0.isLetter }
            && subtags.dropFirst().allSatisfy { subtag in
                (1...8).contains(subtag.utf8.count) && subtag.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
            }
    }

    private mutating func dedupe(_ dedupe: JSONValue) {
        if let window = dedupe["window"]?.text.flatMap({ Quantity.duration($0) }) { result.dedupe.window = window }
        if let word = dedupe["repeats"]?.text, let repeats = DedupePolicy.Repeats(rawValue: word) {
            result.dedupe.repeats = repeats
        }
        if let word = dedupe["same_url"]?.text, let sameURL = DedupePolicy.SameURL(rawValue: word) {
            result.dedupe.sameURL = sameURL
        }
        if let capacity = dedupe["capacity"]?.wholeNumber { result.dedupe.capacity = Int(capacity) }
        result.dedupe.similarity = dedupe["near"]?["similarity"]?.double
        if let word = dedupe["bursts"]?.text, let bursts = DedupePolicy.Bursts(rawValue: word) {
            result.dedupe.bursts = bursts
            // Only what is compared can be a burst.
            if bursts == .sample, result.dedupe.similarity == nil { result.dedupe.similarity = 0.85 }
        }
    }

    private mutating func journal(_ journal: JSONValue) {
        if let limit = journal["limit"]?.text.flatMap({ Quantity.size($0) }) {
            if limit < 1 << 20 { check.refuse("/journal/limit", expected: "a size of 1MiB at least") }
            result.keeping.limit = limit
        }
        if let keep = journal["keep"]?.text.flatMap({ Quantity.duration($0) }) { result.keeping.time = keep }
        if let letters = journal["dead_letters"]?.wholeNumber { result.keeping.deadLetters = Int(letters) }
        if let size = journal["keep_size"]?.text.flatMap({ Quantity.size($0) }) { result.keeping.size = size }
    }

    private mutating func http(_ http: JSONValue) {
        if let perHost = http["per_host"]?.wholeNumber { result.perHost = Int(perHost) }
        if let file = http["ca_file"]?.text {
            let path = Configuration.path(file, in: result.directory)
            if !FileManager.default.isReadableFile(atPath: path) {
                check.note(Problem("/http/ca_file", "there is no file \(path) that can be read"))
            }
            result.authorities = path
        }
        result.networks = http["networks"]?.texts ?? []
        for (index, text) in result.networks.enumerated() where AddressRange(text) == nil {
            check.refuse("/http/networks/\(index)", expected: "a network such as \"10.0.0.0/8\"")
        }
    }

    private mutating func admin(_ admin: JSONValue) {
        guard let address = address(admin["listen"]?.text ?? "127.0.0.1:4196", at: "/admin/listen") else { return }
        let token = admin["token"]?.text
        result.admin = Configuration.Admin(address: address, token: token.map { Secret($0) })
        if let token, token.utf8.count < 32, check.isReplaced("/admin/token") == false || !token.isEmpty {
            check.note(Problem("/admin/token", "a token must have 32 characters or more"))
        }
        if !address.isLoopback && token == nil {
            check.note(
                Problem(
                    "/admin",
                    "others than this machine can call \(address), which needs a \"token\" of 32 characters or more; or "
                        + "listen at 127.0.0.1"))
        }
    }

    private mutating func address(_ text: String, at pointer: String) -> Address? {
        guard let address = Address(text) else {
            check.refuse(pointer, expected: "a host and a port such as \"127.0.0.1:8080\"")
            return nil
        }
        return address
    }
}

extension JSONValue {
    /// The texts of a list.
    var texts: [String] { (elements ?? []).compactMap(\.text) }
}
