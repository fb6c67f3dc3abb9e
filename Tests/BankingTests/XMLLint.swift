import Foundation

/// The command `xmllint`, another implementation of XML Schema.
enum XMLLint {
    static let isInstalled = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .contains { FileManager.default.isExecutableFile(atPath: "\($0)/xmllint") }

    /// What it says against a document; nil if the document is valid.
    static func complaint(about document: [UInt8]) async throws -> String? {
        let file = FileManager.default.temporaryDirectory.appending(path: "handsel-order-\(UUID().uuidString).xml")
        try Data(document).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["xmllint", "--noout", "--nonet", "--schema", Samples.schema.path, file.path]
        let stderr = Pipe()
        process.standardError = stderr
        let (exit, continuation) = AsyncStream<Never>.makeStream()
        process.terminationHandler = { _ in continuation.finish() }
        try process.run()
        let said = String(decoding: try stderr.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        for await _ in exit {}
        return process.terminationStatus == 0 ? nil : said
    }
}
