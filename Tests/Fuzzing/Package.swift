// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses Earshot builds it: the sources again, through two links, with what
// libFuzzer and the address sanitizer need. `make fuzz TIME=60` at the top builds and runs it.

let rooms = ["email", "exec", "facebook", "instagram", "rss", "twitter", "youtube"]
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
let declarations = ["bluesky", "hackernews", "mastodon", "reddit"]
// Whether a class is what it is said to be needs a part of the runtime that Swift does not link.
let watchedC = ["-fsanitize=address,undefined", "-fno-sanitize=vptr", "-fno-sanitize-recover=undefined"]
let watched = language + [.unsafeFlags(["-sanitize=fuzzer,address"])]

let package = Package(
    name: "earshot-fuzzing",
    targets: [
        .target(name: "CArchive", cSettings: [.unsafeFlags(watchedC)]),
        .target(name: "CGMime", cSettings: [.unsafeFlags(watchedC)]),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .target(
            name: "CSimdJSON", cxxSettings: [.unsafeFlags(watchedC)], linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "Earshot", dependencies: ["CXXHash"], exclude: ["Earshot.docc"], swiftSettings: watched),
        .target(
            name: "EarshotFormats",
            dependencies: ["Earshot", "CArchive", "CGMime", "CSimdJSON", "CXML2"],
            swiftSettings: watched
        ),
        .target(
            name: "EarshotAdapters",
            dependencies: ["Earshot", "EarshotFormats"],
            path: "adapters",
            exclude: rooms.flatMap { room in notSources.map { "\(room)/\($0)" } }
                + declarations.map { "declared/\($0)" } + ["declared/Tests"],
            resources: declarations.map { .embedInCode("declared/Shipped/\($0).json") },
            swiftSettings: watched
        ),
        .executableTarget(
            name: "Fuzz",
            dependencies: ["Earshot", "EarshotFormats", "EarshotAdapters"],
            path: "Fuzz",
            swiftSettings: language,
            // The linker of Debian, gold, fails on the sanitizers' debug information.
            linkerSettings: [.unsafeFlags(["-use-ld=lld", "-sanitize=fuzzer,address"])]
        ),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
