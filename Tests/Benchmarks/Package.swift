// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses Earshot builds it: the sources that read and write, again, through
// links, and a program that does one inner stage so many times. `make counts` at the top builds and counts it.

let rooms = ["email", "exec", "facebook", "instagram", "rss", "twitter", "youtube"]
let declarations = ["bluesky", "hackernews", "mastodon", "reddit"]
let notSources = ["Tests", "Fixtures", "README.md", "settings.schema.json"]

let language: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
]

let package = Package(
    name: "earshot-benchmarks",
    targets: [
        .target(name: "CArchive"),
        .target(name: "CGMime"),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "Earshot", dependencies: ["CXXHash"], exclude: ["Earshot.docc"], swiftSettings: language),
        .target(
            name: "EarshotFormats",
            dependencies: ["Earshot", "CArchive", "CGMime", "CSimdJSON", "CXML2"],
            swiftSettings: language
        ),
        .target(
            name: "EarshotAdapters",
            dependencies: ["Earshot", "EarshotFormats"],
            path: "adapters",
            exclude: rooms.flatMap { room in notSources.map { "\(room)/\($0)" } }
                + declarations.map { "declared/\($0)" } + ["declared/Tests"],
            resources: declarations.map { .embedInCode("declared/Shipped/\($0).json") },
            swiftSettings: language
        ),
        .executableTarget(
            name: "Counts",
            dependencies: ["Earshot", "EarshotFormats", "EarshotAdapters"],
            path: "Counts",
            // Holds, of the journal, links to what decides whether a mention is new; the rest of it needs a database.
            swiftSettings: language
        ),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
