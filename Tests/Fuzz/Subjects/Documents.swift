import Canon
import Documents
import Ledger

extension Subject {
    /// Of edits, a corpus holds histories: `[* [unseen, edit]]`, by three devices in turn.
    static let documents = [
        Subject("texts") { bytes in
            var reader = CBORReader(bytes.span)
            var document = TextDocument()
            var timeline = Timeline()
            for _ in 0..<(try reader.array(limit: 64)) {
                let moment = timeline.next(unseen: try reader.unseen())
                let payload = reader.copy(try reader.skip())
                let operations = try TextOperation.decode(payload)
                try promise(TextOperation.encoded(operations) == payload, "An edit is written otherwise than it was read.")
                try apply(operations, to: &document, at: moment)
            }
            try reader.finish()
            try check(document)
        },
        Subject("documents") { bytes in
            let document = try TextDocument(decoding: bytes)
            try check(document)
            for range in document.elements(in: 0..<document.scalarCount) {
                let place = range.change.flatMap { document.position(of: ElementID(change: $0, index: range.start)) }
                try promise(place != nil, "An element that shows has no place.")
            }
            var draft = TextDraft(document)
            let half = document.scalarCount / 2
            try draft.apply(TextPatch(half, deleting: document.scalarCount - half, inserting: "é"))
            _ = draft.operations()
        },
        Subject("list-edits") { bytes in
            var reader = CBORReader(bytes.span)
            var list = MovableList<Int64>()
            var timeline = Timeline()
            for _ in 0..<(try reader.array(limit: 64)) {
                let moment = timeline.next(unseen: try reader.unseen())
                let start = reader.offset
                let operation = try ListOperation(decoding: &reader, number)
                let written = CBORWriter.encode { operation.encode(to: &$0) { $0.integer($1) } }
                try promise(written == reader.copy(start..<reader.offset), "An edit is written otherwise than it was read.")
                try? list.apply(operation, at: moment)
            }
            try reader.finish()
            try check(list)
        },
        Subject("lists") { bytes in try check(try list(from: bytes)) },
    ]

    /// Applies all operations, or sees that none has left a trace.
    private static func apply(_ operations: [TextOperation], to document: inout TextDocument, at moment: Moment) throws {
        let before = document.encoded
        do { try document.apply(operations, at: moment) } catch {
            try promise(document.encoded == before, "A refused edit has changed the document.")
        }
    }

    private static func check(_ document: TextDocument) throws(Violation) {
        try promise(document.text.unicodeScalars.count == document.scalarCount, "A text has another length than its document.")
        let written = document.encoded
        try promise((try? TextDocument(decoding: written))?.encoded == written, "A document does not come back from its bytes.")
    }

    private static func check(_ list: MovableList<Int64>) throws(Violation) {
        let written = encoded(list)
        try promise((try? Self.list(from: written)).map(encoded) == written, "A list does not come back from its bytes.")
        try promise(list.order.count == list.count && list.values.count == list.count, "A list shows more or less than it has.")
    }

    @_lifetime(reader: copy reader)
    private static func number(_ reader: inout CBORReader) throws(CanonError) -> Int64 { try reader.integer() }

    private static func list(from bytes: [UInt8]) throws(CanonError) -> MovableList<Int64> {
        var reader = CBORReader(bytes.span)
        let list = try MovableList(decoding: &reader, number)
        try reader.finish()
        return list
    }

    private static func encoded(_ list: MovableList<Int64>) -> [UInt8] {
        CBORWriter.encode { list.encode(to: &$0) { $0.integer($1) } }
    }
}
