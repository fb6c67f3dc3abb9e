import Foundation

/// A frozen example of the format: what is given, and what everyone derives from it.
///
/// A new example is written without `derived`; running its test once with `HANDSEL_FREEZE` set in the environment fills that in.
/// What is filled in is never written again.
package struct GoldenVector<Given: Codable>: Codable {
    package let name: String
    package let given: Given
    /// Bytes in hexadecimal, texts as they are.
    package private(set) var derived: [String: String]?

    /// What is derived otherwise than it was frozen in `Vectors/<name>.json`, beside the calling file; one line a value.
    package static func mismatches(
        in name: String, beside file: String = #filePath, _ derive: (Given) throws -> [String: String]
    ) throws -> [String] {
        let isFreezing = ProcessInfo.processInfo.environment["HANDSEL_FREEZE"] != nil
        let url = URL(filePath: file).deletingLastPathComponent().appending(path: "Vectors/\(name).json")
        var vectors = try JSONDecoder().decode([Self].self, from: Data(contentsOf: url))
        var mismatches = vectors.isEmpty ? ["there are no examples"] : []
        for index in vectors.indices {
            let derived = try derive(vectors[index].given)
            if isFreezing, vectors[index].derived == nil { vectors[index].derived = derived }
            let frozen = vectors[index].derived ?? [:]
            for key in Set(frozen.keys).union(derived.keys).sorted() where derived[key] != frozen[key] {
                mismatches.append("\(vectors[index].name): \(key) is \(derived[key] ?? "-"), not \(frozen[key] ?? "-")")
            }
        }
        if isFreezing { try write(vectors, to: url) }
        return mismatches
    }

    private static func write(_ vectors: [Self], to url: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(vectors) + Data("\n".utf8)).write(to: url)
    }
}
