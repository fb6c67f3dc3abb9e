/// Which modules each module may import: the table of `Docs/Architecture.md`, as code.
///
/// A name that ends in an asterisk stands for every module that begins so.
enum ImportTable {
    /// No clock, socket, file or randomness of their own, so that the whole system can be simulated from a seed.
    static let pure: Set<Substring> = ["Canon", "Ledger", "Documents", "Agreement", "Market", "Sync"]

    /// Modules that hold an actor; below them everything is synchronous.
    static let withActors: Set<Substring> = ["HandselKit", "Relay"]

    /// What a module that is not pure may import besides.
    private static let platform = [
        "Foundation", "FoundationEssentials", "Dispatch", "Synchronization", "Glibc", "Musl", "Darwin",
    ]

    private static let rows: [Substring: [String]] = [
        "Canon": [],
        "Ledger": ["Canon", "Crypto"],
        "Documents": ["Canon", "Ledger"],
        "Agreement": ["Canon", "Ledger", "Documents", "Crypto"],
        "Market": ["Canon", "Ledger", "Documents", "Agreement"],
        "Sync": ["Canon", "Ledger", "Crypto"],
        "Store": ["Canon", "Ledger", "Sync", "FileBirth", "GRDB"],
        "Replica": ["Canon", "Ledger", "Documents", "Agreement", "Market", "Sync", "Store", "Crypto", "GRDB"],
        "Transport": ["Canon", "Ledger", "Sync", "Crypto", "NIO*", "AsyncAlgorithms", "X509", "SwiftASN1"],
        "Relay": ["Canon", "Ledger", "Sync", "Store", "Transport", "Logging"],
        "Banking": ["Agreement", "XMLCoder", "FoundationXML"],
        "Evidence": [
            "Canon", "Ledger", "Documents", "Agreement", "Market", "Crypto", "LibCrypto", "Mustache", "AsyncHTTPClient",
            "NIO*",
        ],
        "HandselKit": [
            "Canon", "Ledger", "Documents", "Agreement", "Market", "Sync", "Store", "Replica", "Transport", "Banking", "Evidence",
            "Crypto", "CryptoExtras",
            "Logging",
        ],
        "WebPage": ["HandselKit", "Hummingbird*", "Mustache", "NIO*"],
        "handsel": ["HandselKit", "WebPage", "Relay", "Evidence", "ArgumentParser", "Logging"],
    ]

    /// What `module` may import; nil for a module that is not in the table.
    static func allowed(in module: Substring) -> [String]? {
        rows[module].map { pure.contains(module) ? $0 : $0 + platform }
    }

    static func allows(_ imported: some StringProtocol, in module: Substring) -> Bool {
        allowed(in: module, default: []).contains { $0.hasSuffix("*") ? imported.hasPrefix($0.dropLast()) : imported == $0 }
    }

    private static func allowed(in module: Substring, default other: [String]) -> [String] { allowed(in: module) ?? other }
}
