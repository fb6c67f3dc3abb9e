package import Foundation

/// A folder for one test or measurement, which goes when nobody holds it any more.
package final class Scratch: Sendable {
    package let url: URL

    package init() throws {
        let name = "handsel-test-\(UUID().uuidString)"
        url = FileManager.default.temporaryDirectory.resolvingSymlinksInPath().appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    package func folder(_ name: String) -> URL { url.appendingPathComponent(name) }

    package func path(_ name: String) -> String { folder(name).path }
}
