internal import CArchive
internal import Earshot
internal import Glibc

/// An archive read as a stream with libarchive: zip, tar, and single files packed with gzip or zstd.
///
/// Its current entry is a byte stream. Nothing is extracted; names are only told, never opened.
@safe final class Archive: ByteStream {
    /// One file of an archive.
    struct Entry {
        /// The path within the archive.
        var name: String
        /// Why it is not read, if so.
        var refusal: MalformedDocument?
        /// The only file of a stream that is packed and no archive.
        var isBare: Bool
    }

    private let library: carchive
    private let handle: OpaquePointer
    private var isPacked: Bool { unsafe library.filter_count(handle) > 1 }
    private let input: ArchiveInput
    private var limits = ArchiveLimits()
    private var names: Set<String> = []
    private var scratch = [UInt8](repeating: 0, count: 128 * 1024)
    /// Whether further entries can be had after a defect.
    private(set) var canGoOn = true

    init(_ stream: FileStream) throws(MalformedDocument) {
        try ZipDirectory.check(stream)
        guard let library = unsafe carchive_load()?.pointee else {
            throw MalformedDocument("not read: libarchive.so.13 cannot be loaded: install libarchive13")
        }
        guard let handle = unsafe library.read_new() else { throw MalformedDocument("no memory for an archive") }
        self.library = library
        unsafe self.handle = handle
        input = ArchiveInput(stream)
        unsafe _ = library.read_support_format_zip(handle)
        unsafe _ = library.read_support_format_tar(handle)
        unsafe _ = library.read_support_format_raw(handle)
        unsafe _ = library.read_support_filter_gzip(handle)
        unsafe _ = library.read_support_filter_zstd(handle)
        guard unsafe input.open(handle, by: library) == ARCHIVE_OK else { throw failure() }
        // The last filter is the plain file itself.
        if unsafe library.filter_count(handle) > 2 { throw MalformedDocument("packed more than once") }
    }

    deinit { unsafe _ = library.read_free(handle) }

    /// The next file, or nil at the end.
    func next() throws(MalformedDocument) -> Entry? {
        while true {
            try finishEntry()
            var found: OpaquePointer?
            let code = Archive.inUTF8 { unsafe library.read_next_header(handle, &found) }
            if code == ARCHIVE_EOF {
                canGoOn = false
                return nil
            }
            guard code >= ARCHIVE_WARN, let entry = unsafe found else {
                canGoOn = code == ARCHIVE_RETRY
                throw failure()
            }
            limits.beginEntry(consumed: input.consumed)
            guard limits.entriesSeen <= ArchiveLimits.seenLimit else { throw stop("too many entries") }
            if unsafe library.entry_filetype(entry) == Archive.folderType { continue }
            return try unsafe describe(entry)
        }
    }

    func read(into buffer: inout [UInt8]) throws(MalformedDocument) -> Bool {
        let count = unsafe scratch.withUnsafeMutableBytes { space in
            unsafe library.read_data(handle, space.baseAddress, space.count)
        }
        guard count >= 0 else {
            if count == Int(ARCHIVE_RETRY) { return true }
            canGoOn = count != Int(ARCHIVE_FATAL)
            throw failure()
        }
        guard count > 0 else { return false }
        if let excess = limits.add(count, consumed: input.consumed, size: input.size) {
            // What is passed over in a packed stream has to be unpacked, so that there is no way around a bomb.
            canGoOn = input.size != nil && !isPacked
            throw MalformedDocument(excess)
        }
        buffer += scratch[..<count]
        return true
    }

    /// Everything of the current entry, or nil where it is more than `limit`.
    func all(upTo limit: Int) throws(MalformedDocument) -> [UInt8]? {
        var whole: [UInt8] = []
        while whole.count <= limit, try read(into: &whole) {}
        return whole.count <= limit ? whole : nil
    }

    /// Passes over what is left of the current entry, under the same limits where it has to be unpacked.
    private func finishEntry() throws(MalformedDocument) {
        guard canGoOn, isPacked, limits.entriesSeen > 0 else { return }
        var rest: [UInt8] = []
        while try read(into: &rest) { rest.removeAll(keepingCapacity: true) }
    }

    /// An entry's name, and what speaks against reading it.
    @unsafe
    private func describe(_ entry: OpaquePointer) throws(MalformedDocument) -> Entry {
        let isBare = unsafe library.format(handle) == ARCHIVE_FORMAT_RAW
        let path = Archive.inUTF8 { unsafe library.entry_pathname(entry).map { unsafe String(cString: $0) } }
        var described = Entry(name: path ?? "entry \(limits.entriesSeen)", refusal: nil, isBare: isBare)
        if isBare { return described }
        let isFile = unsafe library.entry_filetype(entry) == Archive.fileType
        if unsafe !isFile || library.entry_hardlink(entry) != nil {
            described.refusal = MalformedDocument("a link or device, not a file")
        } else if unsafe library.entry_is_encrypted(entry) != 0 {
            described.refusal = MalformedDocument("encrypted")
        } else if Archive.leavesArchive(described.name) {
            described.refusal = MalformedDocument("its path leads out of the archive")
        } else if !FileSignature.isAsset(described.name) {
            limits.filesRead += 1
            guard limits.filesRead <= ArchiveLimits.fileLimit else {
                throw stop("more than \(ArchiveLimits.fileLimit) files")
            }
            if !names.insert(described.name).inserted {
                described.refusal = MalformedDocument("the archive has two files of this name")
            }
        }
        return described
    }

    /// Whether a path is absolute, climbs, or is written for another system.
    private static func leavesArchive(_ path: String) -> Bool {
        path.isEmpty || path.hasPrefix("/") || path.utf8.contains(UInt8(ascii: "\\")) || path.utf8.contains(0)
            || path.split(separator: "/").contains("..")
            || (path.utf8.dropFirst().first == UInt8(ascii: ":") && path.utf8.first.map { $0 | 0x20 >= 0x61 } == true)
    }

    private func stop(_ reason: String) -> MalformedDocument {
        canGoOn = false
        return MalformedDocument("not read any further: \(reason)")
    }

    /// The input's failure, or libarchive's words for its own.
    private func failure() -> MalformedDocument {
        if let failure = input.failure { return failure }
        guard let words = unsafe library.error_string(handle) else { return MalformedDocument("a broken archive") }
        return MalformedDocument("a broken archive: \(unsafe String(cString: words))")
    }

    /// Calls `body` with names in UTF-8, whatever the process's locale: libarchive converts them on the way.
    private static func inUTF8<Result>(_ body: () -> Result) -> Result {
        let previous = unsafe uselocale(utf8)
        defer { unsafe _ = uselocale(previous) }
        return body()
    }

    // A locale is never changed once made, and this one is never freed.
    nonisolated(unsafe) private static let utf8: locale_t? = unsafe newlocale(1 << LC_CTYPE, "C.UTF-8", nil)
    // AE_IFREG and AE_IFDIR, which Swift cannot see through their casts.
    private static let fileType = mode_t(0o100000)
    private static let folderType = mode_t(0o040000)
}

/// How much an archive may unfold to.
struct ArchiveLimits {
    /// How many files of an archive are read.
    static let fileLimit = 10_000
    /// How many entries are looked at, pictures included.
    static let seenLimit = 1_000_000
    /// How many bytes may come of one packed byte.
    static let ratio = 100
    /// How many bytes are given away before ratios are looked at.
    static let allowance = 1 << 20
    /// How many bytes an archive may unfold to before its own size is held against it.
    static let totalAllowance = 1 << 30

    var entriesSeen = 0
    var filesRead = 0
    private var total = 0
    private var ofEntry = 0
    private var consumedBefore = 0

    mutating func beginEntry(consumed: Int) {
        entriesSeen += 1
        ofEntry = 0
        consumedBefore = consumed
    }

    /// Counts unpacked bytes; what is wrong with that many, or nil.
    mutating func add(_ count: Int, consumed: Int, size: Int?) -> String? {
        total &+= count
        ofEntry &+= count
        // The input is taken in blocks, so an entry may live on a block that was counted for the one before.
        let ofInput = consumed - consumedBefore + ArchiveInput.blockSize
        let isBomb =
            (ofEntry > ArchiveLimits.allowance && ofEntry / ArchiveLimits.ratio > ofInput)
            || (total > ArchiveLimits.allowance && total / ArchiveLimits.ratio > consumed)
        if isBomb { return "unfolds to more than \(ArchiveLimits.ratio) times its size" }
        if let size, total > ArchiveLimits.totalAllowance, total / ArchiveLimits.ratio > size {
            return "the archive unfolds to more than \(ArchiveLimits.ratio) times its size"
        }
        return nil
    }
}

/// What libarchive reads an archive from.
@safe private final class ArchiveInput {
    static let blockSize = 64 * 1024

    private let stream: FileStream
    private var chunk: [UInt8] = []
    private var given = 0
    private var position = 0
    private let block = UnsafeMutableRawPointer.allocate(byteCount: blockSize, alignment: 16)
    private(set) var consumed = 0
    /// Why the input itself could not be read.
    private(set) var failure: MalformedDocument?

    /// The size, where it can be read from any place.
    var size: Int? { stream.seekableSize }

    init(_ stream: FileStream) { self.stream = stream }

    deinit { unsafe block.deallocate() }

    /// Opens `handle` on this input, which must live as long.
    @unsafe
    func open(_ handle: OpaquePointer, by library: carchive) -> Int32 {
        unsafe _ = library.read_set_callback_data(handle, Unmanaged.passUnretained(self).toOpaque())
        unsafe _ = library.read_set_read_callback(handle) { _, context, target in
            guard let context = unsafe context else { return -1 }
            let input = unsafe Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue()
            do throws(MalformedDocument) {
                let count = try input.fill()
                unsafe target?.pointee = UnsafeRawPointer(input.block)
                return count
            } catch {
                input.failure = error
                return Int(ARCHIVE_FATAL)
            }
        }
        if size != nil {
            unsafe _ = library.read_set_seek_callback(handle) { _, context, offset, whence in
                guard let context = unsafe context else { return -1 }
                return unsafe Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue()
                    .seek(by: Int(offset), from: whence)
            }
        }
        return unsafe library.read_open1(handle)
    }

    /// Puts the next block in place and tells its length, 0 at the end.
    private func fill() throws(MalformedDocument) -> Int {
        if given >= chunk.count {
            chunk.removeAll(keepingCapacity: true)
            given = 0
            guard try stream.read(into: &chunk) else { return 0 }
        }
        let count = min(chunk.count - given, ArchiveInput.blockSize)
        unsafe chunk.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe block.copyMemory(from: start + given, byteCount: count)
        }
        given += count
        position += count
        consumed += count
        return count
    }

    private func seek(by offset: Int, from whence: Int32) -> Int64 {
        let base = whence == SEEK_END ? size ?? 0 : whence == SEEK_CUR ? position : 0
        let (target, overflow) = base.addingReportingOverflow(offset)
        guard !overflow, target >= 0, stream.seek(to: target) else { return Int64(ARCHIVE_FATAL) }
        chunk.removeAll(keepingCapacity: true)
        given = 0
        position = target
        return Int64(target)
    }
}
