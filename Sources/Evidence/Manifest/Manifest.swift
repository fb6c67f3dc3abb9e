package import Canon
package import Ledger

/// The file `manifest.json`: what was exported, by whom, when, and the digest of every other file.
package struct Manifest: Hashable, Sendable {
    static let format = "handsel-evidence/1"

    package struct Head: Hashable, Sendable {
        package let device: DeviceID
        package let seq: UInt64
        package let change: ChangeID
    }

    package let space: SpaceID
    package let exporter: Exporter
    /// Milliseconds since 1970 UTC: the exporter's claim.
    package let time: UInt64
    /// The last change of each device, by device.
    package let heads: [Head]
    /// SHA-256 of the other files, but the manifest's signature and timestamp.
    package let files: [String: Bytes32]

    init(space: SpaceID, exporter: Exporter, time: UInt64, heads: [Head], files: [String: Bytes32]) {
        self.space = space
        self.exporter = exporter
        self.time = time
        self.heads = heads
        self.files = files
    }

    init(of history: CheckedHistory, by exporter: Exporter, at time: UInt64, files: [String: [UInt8]]) {
        self.init(
            space: history.space, exporter: exporter, time: time,
            heads: history.tips.map { Head(device: $0.device, seq: $0.seq, change: $0.change) },
            files: files.mapValues(Derivation.sha256))
    }
}

extension Manifest {
    private struct Document: Codable {
        struct Exporter: Codable {
            let device: String
            let person: String
        }

        let format: String
        let space: String
        let exporter: Exporter
        let time: UInt64
        let heads: [Head]
        let files: [String: String]
    }

    var encoded: [UInt8] {
        get throws {
            try StableJSON.encode(
                Document(
                    format: Self.format, space: space.description,
                    exporter: Document.Exporter(device: exporter.device.description, person: exporter.person.description),
                    time: time, heads: heads, files: files.mapValues(\.hexadecimal)))
        }
    }

    /// Reads exactly what `encoded` writes.
    init(decoding bytes: [UInt8]) throws(EvidenceError) {
        guard let document = try? StableJSON.decode(Document.self, bytes), document.format == Self.format,
            let manifest = Manifest(document), (try? manifest.encoded) == bytes
        else {
            throw EvidenceError(
                .malformed, in: EvidenceFile.manifest,
                "\(EvidenceFile.manifest) is damaged: it is not the one form of a \(Self.format).")
        }
        self = manifest
    }

    private init?(_ document: Document) {
        guard let space = SpaceID(text: document.space), let device = DeviceID(text: document.exporter.device),
            let person = PersonID(text: document.exporter.person)
        else { return nil }
        var files: [String: Bytes32] = [:]
        for (name, digest) in document.files {
            guard let digest = Bytes32(hexadecimal: digest) else { return nil }
            files[name] = digest
        }
        self.init(
            space: space, exporter: Exporter(device: device, person: person), time: document.time, heads: document.heads,
            files: files)
    }
}

/// Written as `[device, seq, change]`.
extension Manifest.Head: Codable {
    package init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        func identifier<ID: Identifier>(_: ID.Type) throws -> ID {
            guard let id = ID(text: try container.decode(String.self)) else {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an identifier")
            }
            return id
        }
        device = try identifier(DeviceID.self)
        seq = try container.decode(UInt64.self)
        change = try identifier(ChangeID.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        try container.encode(device.description)
        try container.encode(seq)
        try container.encode(change.description)
    }
}

extension Bytes32 {
    /// Lower-case hexadecimal.
    var hexadecimal: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    init?(hexadecimal text: String) {
        let digits = text.map { $0.isASCII ? $0.hexDigitValue : nil }
        guard digits.count == 2 * Self.count else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        self.init(bytes)
    }
}
