// swift-tools-version: 6.2
import PackageDescription

/// The channels that are Swift rooms under `adapters/`; `BuiltInAdapters.swift` lists their adapters.
let rooms = ["email", "exec", "facebook", "instagram", "rss", "twitter", "youtube"]

/// The adapters that are declarations under `adapters/declared/`: nothing of them is Swift.
let declarations = ["bluesky", "hackernews", "mastodon", "reddit"]

/// A path of every room; SwiftPM wants each entry that is not Swift, or not of this target, named.
func everyRoom(_ entries: String...) -> [String] {
    rooms.flatMap { room in entries.map { "\(room)/\($0)" } }
}

/// What every Swift target is held to.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .strictMemorySafety(),
]

let package = Package(
    name: "earshot",
    products: [
        .library(name: "Earshot", targets: ["Earshot"]),
        .library(name: "EarshotFormats", targets: ["EarshotFormats"]),
        .library(name: "EarshotTesting", targets: ["EarshotTesting"]),
        .executable(name: "earshot", targets: ["EarshotCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-crypto", "4.5.2"..<"5.0.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The libraries of the system, each with the Debian package that brings it and one folder that imports it.
        .systemLibrary(name: "CXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .target(name: "CCLD2", linkerSettings: [.linkedLibrary("cld2")]),
        // Loaded when they are first needed; their headers are those of libarchive-dev, libcurl4-openssl-dev and
        // libgmime-3.0-dev.
        .target(name: "CArchive"),
        .target(name: "CCurl"),
        .target(name: "CGMime"),
        // Of the C library, what Swift's module of it leaves out.
        .systemLibrary(name: "CMalloc"),
        .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CSpawn"),

        .target(name: "Earshot", dependencies: ["CXXHash"], swiftSettings: strict),
        .target(
            name: "EarshotFormats",
            dependencies: ["Earshot", "CArchive", "CGMime", "CSimdJSON", "CXML2"],
            swiftSettings: strict
        ),
        .target(
            name: "EarshotAdapters",
            dependencies: ["Earshot", "EarshotFormats"],
            path: "adapters",
            exclude: everyRoom("Tests", "Fixtures", "README.md", "settings.schema.json")
                + declarations.map { "declared/\($0)" } + ["declared/Tests"],
            // Links to the declarations, so that they need no file beside the program.
            resources: declarations.map { .embedInCode("declared/Shipped/\($0).json") },
            swiftSettings: strict
        ),
        .target(
            name: "EarshotSinks",
            dependencies: ["Earshot", "CZlib", "CZstd", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .target(
            name: "EarshotGateway",
            dependencies: [
                "Earshot", "EarshotFormats", "CCLD2", "CCurl", "CSpawn", "CXXHash",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            // Places where a test ends the process; what is built for speed has none of them.
            swiftSettings: strict + [.define("FAILPOINTS", .when(configuration: .debug))]
        ),
        .target(name: "EarshotTesting", dependencies: ["Earshot"], swiftSettings: strict),
        .executableTarget(
            name: "EarshotCLI",
            dependencies: [
                "CMalloc", "Earshot", "EarshotAdapters", "EarshotFormats", "EarshotGateway", "EarshotSinks",
                "EarshotTesting",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            // A link to the folder at the top, so that `earshot schema` and `init` need no file beside the program.
            exclude: [
                "Schemas/configuration.v1.json", "Schemas/examples/channels", "Schemas/examples/quickstart",
                "Schemas/examples/quickstart.json",
            ],
            resources: [
                .embedInCode("Schemas/adapter.v1.json"),
                .embedInCode("Schemas/mention.v1.json"),
                .embedInCode("Schemas/examples/starter.json"),
            ],
            swiftSettings: strict
        ),

        // What several of the tests start: servers on loopback ports, and processes.
        .target(
            name: "EarshotTestSupport",
            dependencies: [
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Support",
            swiftSettings: strict
        ),

        // Not a product: `make faults` and `make test` run it from the build folder.
        .executableTarget(
            name: "Faults",
            dependencies: ["EarshotTesting", "EarshotTestSupport", .product(name: "GRDB", package: "GRDB.swift")],
            path: "Tests/Faults",
            exclude: ["numbers", "Shim", "states"],
            swiftSettings: strict
        ),

        .testTarget(name: "EarshotTests", dependencies: ["Earshot", "EarshotTesting"], swiftSettings: strict),
        .testTarget(name: "EarshotFormatsTests", dependencies: ["EarshotFormats"], swiftSettings: strict),
        .testTarget(
            name: "EarshotSeedTests",
            dependencies: ["Earshot", "EarshotAdapters", "EarshotFormats"],
            // A link to what the fuzzers promise, which are a package of their own.
            exclude: ["Fuzz/main.swift", "Fuzz/JSONMutation.swift"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EarshotAdapterTests",
            dependencies: ["EarshotAdapters", "EarshotTesting"],
            path: "adapters",
            exclude: ["BuiltInAdapters.swift"]
                + everyRoom("Sources", "Fixtures", "README.md", "settings.schema.json")
                + declarations.map { "declared/\($0)" } + ["declared/Sources", "declared/Shipped"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EarshotSinksTests",
            dependencies: ["EarshotSinks", "EarshotTesting", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EarshotGatewayTests",
            dependencies: [
                "EarshotGateway", "EarshotSinks", "EarshotAdapters", "EarshotTesting",
                "EarshotTestSupport", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EarshotCLITests",
            dependencies: [
                "Earshot", "EarshotCLI", "EarshotGateway", "EarshotTestSupport",
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: strict
        ),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
