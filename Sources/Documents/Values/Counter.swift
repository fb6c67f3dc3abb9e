/// A sum of signed increments, which come in any order.
///
/// The exact sum is kept in 128 bits, which 2⁶⁴ increments of 64 bits cannot overflow. Only reading it as 64 bits
/// saturates; saturating while adding would make the sum depend on the order.
package struct Counter: Hashable, Sendable {
    package private(set) var sum: Int128

    package init(sum: Int128 = 0) { self.sum = sum }

    /// The sum, or the nearest number that 64 bits can hold.
    package var value: Int64 { Int64(clamping: sum) }

    package mutating func add(_ amount: Int64) { sum += Int128(amount) }
}
