/// Why an operation or a local edit was refused; the document it was meant for is unchanged.
package struct DocumentError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case unknownElement =
            "An operation names an element that its author had not seen; the change it came in cannot be applied."
        case takenPlace =
            "An operation puts an element where its author had seen another; the change it came in cannot be applied."
        case emptyOperation = "An operation inserts or deletes nothing; the change it came in cannot be applied."
        case tooManyElements = "A change inserts more elements than can be numbered; split it into several changes."
        case outOfBounds = "An edit reaches past the end; check its position against the document's length."
    }

    package let code: Code
    /// The element at fault, as the operation names it.
    package let element: ElementRef?
    /// The position at fault, in a local edit.
    package let position: Int?

    package init(_ code: Code, element: ElementRef? = nil, position: Int? = nil) {
        self.code = code
        self.element = element
        self.position = position
    }

    package var description: String {
        if let element { return "\(code.rawValue) (element \(element))" }
        if let position { return "\(code.rawValue) (position \(position))" }
        return code.rawValue
    }
}
