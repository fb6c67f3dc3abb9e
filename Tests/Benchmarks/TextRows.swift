import Canon
import Documents
import Ledger
import Support

/// A text that is written keystroke by keystroke, and read again.
struct TextRows {
    static let replay = "text: replay, one edit at a time"
    private static let runs = 5
    private static let author = DeviceID(Bytes32(exactly: repeatElement(1, count: Bytes32.count)))
    private static let other = DeviceID(Bytes32(exactly: repeatElement(2, count: Bytes32.count)))

    private let edits: [TextPatch]
    private let end: String

    /// The keystrokes with which a paper was written, as `automerge-paper.json.gz` has them.
    init(_ session: RecordedSession) {
        edits = session.txns.flatMap(\.patches).map {
            TextPatch($0.position, deleting: $0.deleted, inserting: $0.inserted)
        }
        end = session.endContent
    }

    func figures() throws -> [Figure] {
        let (replay, document) = try typed()
        let encoded = document.encoded
        let load = try median(of: 4 * Self.runs) { try read(encoded) }
        // The same algorithm as zlib's, in a frame that is twelve bytes longer.
        let compressed = try output(of: ["gzip", "-9", "-c"], input: encoded).count - 12
        return [
            Figure(Self.replay, replay, .seconds, wanted: "a quarter of Loro's one commit"),
            Figure("text: replay, each edit a change", try exchanged().seconds, .seconds),
            Figure("text: replay into a draft that becomes a change", try drafted().seconds, .seconds),
            Figure("text: encoded history", Double(encoded.count), .bytes, wanted: "at most 223,000"),
            Figure("text: encoded history, compressed", Double(compressed), .bytes, wanted: "at most 100,000"),
            Figure("text: load, read, edit and merge", 1_000 * load, .milliseconds, wanted: "at most 2 ms"),
        ]
    }

    /// The seconds of so many edits, over and over again in the same text where there are more than were recorded.
    func seconds(typing count: Int) throws -> Double {
        let stamp = Self.moment(0, by: Self.author, after: [:]).stamp
        return try median(of: 3) {
            var document = TextDocument()
            for index in 0..<count { try document.edit(edits[index % edits.count], at: stamp) }
        }
    }

    /// Makes every edit by itself, as part of one change.
    private func typed() throws -> (seconds: Double, document: TextDocument) {
        try measured { document in
            let stamp = Self.moment(0, by: Self.author, after: [:]).stamp
            for edit in edits { try document.edit(edit, at: stamp) }
        }
    }

    /// Makes every edit a change, with operations as they are sent to others.
    private func exchanged() throws -> (seconds: Double, document: TextDocument) {
        try measured { document in
            for (index, edit) in edits.enumerated() {
                let seq = UInt64(index)
                let operations = try document.operations(for: [edit])
                try document.apply(operations, at: Self.moment(seq, by: Self.author, after: [LogID(Self.author): seq]))
            }
        }
    }

    /// Collects every edit in a draft, which becomes one change.
    private func drafted() throws -> (seconds: Double, document: TextDocument) {
        try measured { document in
            var draft = TextDraft(document)
            for edit in edits { try draft.apply(edit) }
            let operations = draft.operations()
            try document.apply(operations, at: Self.moment(0, by: Self.author, after: [:]))
        }
    }

    private func measured(_ body: (inout TextDocument) throws -> Void) throws -> (seconds: Double, document: TextDocument) {
        var document = TextDocument()
        let seconds = try median(of: Self.runs) {
            document = TextDocument()
            try body(&document)
        }
        guard document.text == end else { throw Failure(description: "The text at the end is not the recorded one.") }
        return (seconds, document)
    }

    /// Reads a stored text, edits it here, and merges an edit that somebody else made meanwhile.
    private func read(_ encoded: [UInt8]) throws {
        var document = try TextDocument(decoding: encoded)
        guard document.text == end else { throw Failure(description: "The text that was read is not the one written.") }
        let theirs = document
        let count: UInt64 = 1
        let merged = try theirs.operations(for: [TextPatch(1_000, deleting: 0, inserting: "there")])
        let own = try document.operations(for: [TextPatch(50_000, deleting: 2, inserting: "here")])
        try document.apply(own, at: Self.moment(count, by: Self.author, after: [LogID(Self.author): count]))
        try document.apply(merged, at: Self.moment(0, by: Self.other, after: [LogID(Self.author): count], lamport: count + 1))
    }

    private static func moment(
        _ seq: UInt64, by device: DeviceID, after past: [LogID: UInt64], lamport: UInt64? = nil
    ) -> Moment {
        let number = Derivation.bigEndian(device == author ? seq : .max - seq)
        let change = ChangeID(Bytes32(exactly: [UInt8](repeating: 0, count: 24) + number))
        return Moment(
            stamp: Stamp(lamport: lamport ?? seq, device: device, seq: seq, change: change), past: VersionVector(past))
    }
}
