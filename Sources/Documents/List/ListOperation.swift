package import Canon

/// One edit of a list.
///
/// An item is named by the slot it was inserted into. The origins of a slot are as for text: the slots between which its author
/// put it, hidden ones included, nil standing for the start or the end.
package enum ListOperation<Value> {
    /// Makes a new item, in a new slot.
    case insert(left: ElementRef?, right: ElementRef?, value: Value)
    /// Gives an item a new slot.
    case move(item: ElementRef, left: ElementRef?, right: ElementRef?)
    case set(item: ElementRef, value: Value)
    case delete(item: ElementRef)
}

extension ListOperation: Sendable where Value: Sendable {}
extension ListOperation: Equatable where Value: Equatable {}

extension ListOperation {
    /// `[0, left, right, value]`, `[1, item, left, right]`, `[2, item, value]` or `[3, item]`.
    package func encode(to writer: inout CBORWriter, _ value: (inout CBORWriter, Value) -> Void) {
        switch self {
        case .insert(let left, let right, let inserted):
            writer.array(4)
            writer.unsigned(0)
            writer.optional(left) { $0.elementRef($1) }
            writer.optional(right) { $0.elementRef($1) }
            value(&writer, inserted)
        case .move(let item, let left, let right):
            writer.array(4)
            writer.unsigned(1)
            writer.elementRef(item)
            writer.optional(left) { $0.elementRef($1) }
            writer.optional(right) { $0.elementRef($1) }
        case .set(let item, let new):
            writer.array(3)
            writer.unsigned(2)
            writer.elementRef(item)
            value(&writer, new)
        case .delete(let item):
            writer.array(2)
            writer.unsigned(3)
            writer.elementRef(item)
        }
    }

    /// Reads what `encode` writes, and nothing else.
    @_lifetime(reader: copy reader)
    package init(
        decoding reader: inout CBORReader, _ value: (inout CBORReader) throws(CanonError) -> Value
    ) throws(CanonError) {
        let start = reader.offset
        let fields = try reader.array(limit: 4)
        let kind = try reader.unsigned(upTo: 3)
        guard fields == [4, 4, 3, 2][Int(kind)] else { throw CanonError(.unexpectedValue, at: start) }
        switch kind {
        case 0:
            self = .insert(
                left: try reader.optionalElementRef(), right: try reader.optionalElementRef(), value: try value(&reader))
        case 1:
            self = .move(
                item: try reader.elementRef(), left: try reader.optionalElementRef(), right: try reader.optionalElementRef())
        case 2: self = .set(item: try reader.elementRef(), value: try value(&reader))
        default: self = .delete(item: try reader.elementRef())
        }
    }
}
