import Foundation
import HandselKit

/// Texts that are too long for a command line.
enum TextArgument {
    /// The text of a file; `-` stands for standard input.
    static func read(file path: String) throws -> String {
        let data: Data
        do {
            data = try path == "-" ? standardInput() : Data(contentsOf: URL(filePath: path))
        } catch {
            throw HandselError(.notFound, "\(path) cannot be read; check the name of the file.")
        }
        guard let text = String(bytes: data, encoding: .utf8) else {
            throw HandselError(.refused, "\(path) is not plain text in UTF-8; save it as such and try again.")
        }
        return text
    }

    /// `argument` itself, or standard input if it is `-`.
    static func read(_ argument: String) throws -> String { try argument == "-" ? read(file: "-") : argument }

    private static func standardInput() throws -> Data { try FileHandle.standardInput.readToEnd() ?? Data() }
}
