import Canon
import Foundation
import Support
import Testing

/// The values of a file beside these tests, in `Vectors`.
func vectors<Vector: Decodable>(_ name: String, of _: Vector.Type = Vector.self, file: String = #filePath) throws -> [Vector] {
    let folder = URL(filePath: file).deletingLastPathComponent().appending(path: "Vectors")
    return try JSONDecoder().decode([Vector].self, from: Data(contentsOf: folder.appending(path: "\(name).json")))
}

/// What a reader makes of bytes: the value, or why it refused.
func outcome<Value>(of bytes: [UInt8], _ read: (inout CBORReader) throws -> Value) throws -> Result<Value, CanonError> {
    var reader = CBORReader(bytes.span)
    do {
        return .success(try read(&reader))
    } catch let error as CanonError {
        return .failure(error)
    }
}

/// Why `bytes` are not exactly one canonical value; nil if they are.
func refusal(of bytes: [UInt8]) -> CanonError? {
    do {
        var reader = CBORReader(bytes.span)
        try reader.skip()
        try reader.finish()
        return nil
    } catch {
        return error
    }
}

/// Expects that reading the bytes that `text` writes in hexadecimal fails with `code`.
func expectRefusal<Value>(
    _ code: CanonError.Code, at offset: Int, of text: String, _ comment: Comment = "",
    sourceLocation: SourceLocation = #_sourceLocation,
    _ read: (inout CBORReader) throws -> Value
) throws {
    switch try outcome(of: bytes(hex: text), read) {
    case .success(let value): Issue.record("\(text) was read as \(value). \(comment)", sourceLocation: sourceLocation)
    case .failure(let error):
        #expect(error == CanonError(code, at: offset), "\(text). \(comment)", sourceLocation: sourceLocation)
    }
}
