// swift-tools-version: 6.2
import PackageDescription

/// Set to build the fuzzers, which nothing else needs; see `Docs/Testing.md`, "Fuzzing".
let isFuzzing = Context.environment["HANDSEL_FUZZ"] != nil

/// Set to build the simulator's command, for long runs; see `Docs/Testing.md`, "Simulation".
let isSimulating = Context.environment["HANDSEL_SIMULATE"] != nil

/// Set to build the benchmarks; see `Docs/Performance.md`.
let isMeasuring = Context.environment["HANDSEL_BENCHMARKS"] != nil

/// Every target of ours is Swift 6, with the strictest checks the compiler offers.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil, exclude: [String] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["Support"], path: path, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "handsel",
    dependencies: [
        // Ed25519, X25519, HPKE, SHA-256, HKDF, scrypt, ChaCha20-Poly1305.
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        // The replica and the relay's store, on the system's libsqlite3.
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        // Sockets and framing.
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        // Frames that are read ahead, and no further.
        .package(url: "https://github.com/apple/swift-async-algorithms", from: "1.1.4"),
        // TLS 1.3 with mutual device keys.
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        // The question to a timestamp authority.
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        // The self-signed certificate that carries a device key into TLS.
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        // The command line.
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        // The relay's and the node's log.
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Bank files: ISO 20022 camt.053 and pain.001.
        .package(url: "https://github.com/CoreOffice/XMLCoder", from: "0.18.2"),
        // Templates of reports and pages.
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        module("Canon"),
        module("Ledger", ["Canon", crypto]),
        module("Documents", ["Canon", "Ledger"]),
        module("Agreement", ["Canon", "Ledger", "Documents", crypto]),
        module("Sync", ["Canon", "Ledger", crypto]),
        module("Banking", ["Agreement", .product(name: "XMLCoder", package: "XMLCoder")]),
        // OpenSSL's libcrypto, for RFC 3161 timestamps alone.
        .systemLibrary(name: "LibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        module(
            "Evidence",
            [
                "Canon", "Ledger", "Documents", "Agreement", "LibCrypto", crypto,
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Mustache", package: "swift-mustache"),
            ]),
        // The time of a file's birth, by which a copy is known.
        .systemLibrary(name: "FileBirth"),
        module("Store", ["Canon", "Ledger", "Sync", "FileBirth", grdb]),
        module("Replica", ["Canon", "Ledger", "Documents", "Agreement", "Sync", "Store", crypto, grdb]),
        module(
            "Transport",
            [
                "Canon", "Ledger", "Sync",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                crypto,
            ]),
        module("Relay", ["Canon", "Ledger", "Sync", "Store", "Transport", logging]),
        module(
            "HandselKit",
            [
                "Canon", "Ledger", "Documents", "Agreement", "Banking", "Evidence", "Replica", "Sync", "Transport", crypto,
                cryptoExtras, logging,
            ]),
        .executableTarget(
            name: "handsel",
            dependencies: [
                "HandselKit", "Relay",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            // The services agreement and the bank's statement of the demo.
            resources: [.embedInCode("Resources/services-agreement.md"), .embedInCode("Resources/statement.xml")],
            swiftSettings: strict),

        .target(name: "Support", path: "Tests/Support", swiftSettings: strict),
        .target(
            name: "LedgerSupport", dependencies: ["Canon", "Ledger", "Support", crypto], path: "Tests/LedgerSupport",
            swiftSettings: strict),
        .target(
            name: "SyncSupport", dependencies: ["Canon", "Ledger", "LedgerSupport", "Support", "Sync"],
            path: "Tests/SyncSupport", swiftSettings: strict),
        .target(
            name: "FuzzSubjects",
            dependencies: [
                "Canon", "Ledger", "Documents", "Agreement", "Sync", "Banking", "Evidence", "Transport", "HandselKit", "Support",
                "LedgerSupport", "SyncSupport",
            ],
            path: "Tests/Fuzz/Subjects", swiftSettings: strict),
        // The shim that stands before SQLite's file system needs its C interface.
        .target(
            name: "SimulatedDisk", dependencies: ["Support", grdb, .product(name: "GRDBSQLite", package: "GRDB.swift")],
            path: "Tests/SimulatedDisk", swiftSettings: strict),
        .target(
            name: "Simulation",
            dependencies: [
                "Canon", "Ledger", "Documents", "Agreement", "Sync", "Store", "Replica", "Relay", "HandselKit", "LedgerSupport",
                "SyncSupport", "SimulatedDisk", "Support", crypto, grdb,
            ],
            path: "Tests/Simulation/World", swiftSettings: strict),
        tests("CanonTests", ["Canon", crypto], exclude: ["Vectors"]),
        tests("LedgerTests", ["Canon", "Ledger", "LedgerSupport", crypto], exclude: ["Vectors"]),
        tests("DocumentsTests", ["Canon", "Ledger", "Documents"]),
        tests("AgreementTests", ["Canon", "Ledger", "LedgerSupport", "Agreement"], exclude: ["Vectors"]),
        tests("RulesModel", ["Canon", "Ledger", "Agreement"]),
        tests("BankingTests", ["Agreement", "Banking"], exclude: ["Samples"]),
        tests("EvidenceTests", ["Canon", "Ledger", "LedgerSupport", "Agreement", "Evidence", crypto], exclude: ["verify.py"]),
        tests("SyncTests", ["Canon", "Ledger", "LedgerSupport", "Sync", "SyncSupport", crypto], exclude: ["Vectors"]),
        tests("ReplicaTests", ["Canon", "Ledger", "Documents", "Agreement", "Sync", "SyncSupport", "Store", "Replica", grdb]),
        tests(
            "FaultTests",
            ["Canon", "Ledger", "Documents", "Agreement", "Sync", "SyncSupport", "Store", "Replica", "SimulatedDisk", grdb]),
        tests(
            "TransportTests",
            [
                "Canon", "Ledger", "Sync", "Transport", crypto,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "X509", package: "swift-certificates"),
            ]),
        tests("RelayTests", ["Canon", "Ledger", "Sync", "Store", "Transport", "Relay", crypto, grdb, logging]),
        tests(
            "HandselKitTests", ["Canon", "Ledger", "LedgerSupport", "Agreement", "Replica", "HandselKit", crypto],
            exclude: ["Vectors"]),
        tests("GuideTests", ["handsel"]),
        // Attackers speak the protocol themselves, below the program's own commands.
        tests(
            "SystemTests",
            [
                "handsel", "Canon", "Ledger", "LedgerSupport", "Sync", "SyncSupport", "Transport", "HandselKit",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ]),
        tests(
            "FuzzTests",
            ["Canon", "Ledger", "Documents", "Agreement", "Sync", "Evidence", "HandselKit", "LedgerSupport", "FuzzSubjects"],
            path: "Tests/Fuzz/Tests"),
        tests("SimulationTests", ["Simulation"], path: "Tests/Simulation/Tests"),
        tests("TidyTests", path: "Tests/Tidy"),
    ]
        + (isFuzzing
            ? [
                .executableTarget(
                    // Without an entry point: libFuzzer has its own.
                    name: "fuzz", dependencies: ["FuzzSubjects"], path: "Tests/Fuzz/Fuzzer",
                    swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])])
            ] : [])
        + (isSimulating
            ? [
                .executableTarget(
                    name: "simulate",
                    dependencies: ["Simulation", .product(name: "ArgumentParser", package: "swift-argument-parser")],
                    path: "Tests/Simulation/Simulate", swiftSettings: strict)
            ] : [])
        + (isMeasuring
            ? [
                .executableTarget(
                    name: "benchmarks",
                    dependencies: [
                        "Canon", "Ledger", "Documents", "Agreement", "Sync", "Store", "Replica", "Transport", "Relay",
                        "HandselKit", logging, "LedgerSupport", "SyncSupport", "Support", crypto, grdb,
                        .product(name: "ArgumentParser", package: "swift-argument-parser"),
                    ],
                    path: "Tests/Benchmarks", swiftSettings: strict)
            ] : [])
)
