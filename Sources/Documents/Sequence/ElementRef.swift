package import Canon
package import Ledger

/// An element as an operation names it.
package struct ElementRef: Hashable, Sendable, CustomStringConvertible {
    /// The change that inserted it; nil for the change that the operation is part of, whose id is not known before it is sealed.
    package let change: ChangeID?
    /// Its place among the elements that the change inserts into the document.
    package let index: UInt32

    package init(change: ChangeID?, index: UInt32) {
        self.change = change
        self.index = index
    }

    package init(_ element: ElementID) { self.init(change: element.change, index: element.index) }

    package var description: String { "\(index) of \(change.map(\.description) ?? "this change")" }
}

/// Consecutive elements of one change.
package struct ElementRange: Hashable, Sendable {
    /// Nil for the change that the operation is part of.
    package let change: ChangeID?
    package let start: UInt32
    package let count: UInt32

    package init(change: ChangeID?, start: UInt32, count: UInt32) {
        self.change = change
        self.start = start
        self.count = count
    }
}

extension CBORWriter {
    package mutating func elementRef(_ ref: ElementRef) {
        array(2)
        optional(ref.change) { $0.identifier($1) }
        unsigned(UInt64(ref.index))
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    package mutating func elementRef() throws(CanonError) -> ElementRef {
        try array(of: 2)
        return ElementRef(change: try optionalIdentifier(), index: try elementIndex())
    }

    @_lifetime(self: copy self)
    package mutating func optionalElementRef() throws(CanonError) -> ElementRef? {
        try skipNull() ? nil : elementRef()
    }

    @_lifetime(self: copy self)
    package mutating func elementIndex() throws(CanonError) -> UInt32 {
        UInt32(try unsigned(upTo: UInt64(UInt32.max)))
    }
}
