/// Code that reads bytes from outside, together with what it promises about any bytes whatever.
package struct Subject: Sendable, CustomStringConvertible {
    /// What became of some bytes; both are fine.
    package enum Verdict: Sendable {
        case read, refused
    }

    /// Also the folder of its corpus.
    package let name: String
    private let body: @Sendable ([UInt8]) throws -> Void

    /// `body` throws a `Violation` where a promise is broken; any other error says that the bytes were refused.
    init(_ name: String, _ body: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.body = body
    }

    package var description: String { name }

    package func judge(_ bytes: [UInt8]) throws(Violation) -> Verdict {
        do {
            try body(bytes)
            return .read
        } catch let violation as Violation { throw violation } catch { return .refused }
    }

    package static let all = encodings + changes + words + documents + rules + exchanges + evidence
}

/// A promise that does not hold.
package struct Violation: Error, CustomStringConvertible {
    package let description: String
}

/// Bytes that a subject does not read, where the reader itself has no error to throw.
struct Refused: Error {}

func promise(_ isKept: Bool, _ sentence: @autoclosure () -> String) throws(Violation) {
    guard isKept else { throw Violation(description: sentence()) }
}
