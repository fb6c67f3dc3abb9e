/// Why bytes were refused, and where.
///
/// Decoding never repairs: what is not the one canonical encoding of a value is an error.
package struct CanonError: Error, Equatable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case truncated = "the data ends in the middle of a value"
        case trailing = "there are bytes left over after the value"
        case nonCanonicalInteger = "an integer or length is not in its shortest form"
        case indefiniteLength = "an indefinite length is not allowed"
        case floatingPoint = "a floating-point number is not allowed"
        case unsupported = "a tag or simple value is not allowed here"
        case unexpectedType = "a value has another type than expected"
        case unexpectedValue = "a value is not one that is allowed here"
        case invalidText = "a text is not valid UTF-8"
        case unsortedKeys = "map keys are not sorted or not unique"
        case tooDeep = "values are nested too deeply"
        case tooLong = "a value is longer than its limit"
        case outOfRange = "an integer is too large for its use"
    }

    package let code: Code
    /// Byte offset from the start of the data being read.
    package let offset: Int

    package init(_ code: Code, at offset: Int) {
        self.code = code
        self.offset = offset
    }

    package var description: String { "\(code.rawValue) (at byte \(offset))" }
}
