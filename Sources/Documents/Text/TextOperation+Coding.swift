package import Canon
import Ledger

// The payload of a text edit:
//
//     [ [change, …], [ [0, left, right, text] | [1, change, start, count, change, start, count, …], … ] ]
//
// An element is null or [change, index]. Changes are numbered from 1 in the order in which the operations first name them; 0 is
// the change that the edit is part of. So an id is written once, and equal edits have equal bytes.

extension TextOperation {
    package static func encode(_ operations: [TextOperation], to writer: inout CBORWriter) {
        var numbers = ReferenceNumbers()
        var list = CBORWriter()
        list.array(operations.count)
        for operation in operations {
            switch operation {
            case .insert(let left, let right, let text):
                list.array(4)
                list.unsigned(0)
                list.numbered(left, &numbers)
                list.numbered(right, &numbers)
                list.text(text)
            case .delete(let ranges):
                list.array(1 + 3 * ranges.count)
                list.unsigned(1)
                for range in ranges {
                    list.count(numbers[range.change])
                    list.unsigned(UInt64(range.start))
                    list.unsigned(UInt64(range.count))
                }
            }
        }
        writer.array(2)
        writer.array(numbers.changes) { $0.identifier($1) }
        writer.raw(list.bytes)
    }

    package static func encoded(_ operations: [TextOperation]) -> [UInt8] {
        CBORWriter.encode { encode(operations, to: &$0) }
    }

    /// Reads what `encode` writes, and nothing else.
    @_lifetime(reader: copy reader)
    package static func decode(from reader: inout CBORReader) throws(CanonError) -> [TextOperation] {
        try reader.array(of: 2)
        let start = reader.offset
        var references = References()
        for _ in 0..<(try reader.array(limit: DocumentLimits.references)) {
            references.changes.append(try reader.identifier())
        }
        var operations: [TextOperation] = []
        for _ in 0..<(try reader.array(limit: DocumentLimits.operations)) {
            operations.append(try decodeOne(from: &reader, &references))
        }
        guard references.named == references.changes.count, Set(references.changes).count == references.changes.count else {
            throw CanonError(.unexpectedValue, at: start)
        }
        return operations
    }

    package static func decode(_ payload: [UInt8]) throws(CanonError) -> [TextOperation] {
        var reader = CBORReader(payload.span)
        let operations = try decode(from: &reader)
        try reader.finish()
        return operations
    }

    @_lifetime(reader: copy reader)
    private static func decodeOne(
        from reader: inout CBORReader, _ references: inout References
    ) throws(CanonError) -> TextOperation {
        let start = reader.offset
        let fields = try reader.array(limit: 1 + 3 * DocumentLimits.ranges)
        let isDeletion = try reader.unsigned(upTo: 1) == 1
        guard isDeletion ? fields > 1 && fields % 3 == 1 : fields == 4 else { throw CanonError(.unexpectedValue, at: start) }
        if isDeletion {
            var ranges: [ElementRange] = []
            for _ in 0..<fields / 3 {
                let change = try references.change(from: &reader)
                ranges.append(ElementRange(change: change, start: try reader.elementIndex(), count: try reader.elementIndex()))
            }
            return .delete(ranges)
        }
        return .insert(
            left: try references.element(from: &reader), right: try references.element(from: &reader),
            text: try reader.text(limit: DocumentLimits.text))
    }
}

/// Numbers changes in the order in which they are first named.
private struct ReferenceNumbers {
    private(set) var changes: [ChangeID] = []
    private var numbers: [ChangeID: Int] = [:]

    subscript(change: ChangeID?) -> Int {
        mutating get {
            guard let change else { return 0 }
            if let number = numbers[change] { return number }
            changes.append(change)
            numbers[change] = changes.count
            return changes.count
        }
    }
}

extension CBORWriter {
    fileprivate mutating func numbered(_ ref: ElementRef?, _ numbers: inout ReferenceNumbers) {
        guard let ref else { return null() }
        array(2)
        count(numbers[ref.change])
        unsigned(UInt64(ref.index))
    }
}

/// Gives back the changes by their numbers, which have to rise in the order in which they are first named.
private struct References {
    var changes: [ChangeID] = []
    var named = 0

    @_lifetime(reader: copy reader)
    mutating func change(from reader: inout CBORReader) throws(CanonError) -> ChangeID? {
        let start = reader.offset
        let number = try reader.count(upTo: changes.count)
        guard number <= named + 1 else { throw CanonError(.unexpectedValue, at: start) }
        named = max(named, number)
        return number == 0 ? nil : changes[number - 1]
    }

    @_lifetime(reader: copy reader)
    mutating func element(from reader: inout CBORReader) throws(CanonError) -> ElementRef? {
        if try reader.skipNull() { return nil }
        try reader.array(of: 2)
        return ElementRef(change: try change(from: &reader), index: try reader.elementIndex())
    }
}
