package import Ledger

/// A map whose entries are registers; removing a key writes nil to its register.
///
/// So a removal is a write like any other: it wins or loses by its stamp against concurrent writes, and is kept as a loser.
package struct DocumentMap<Key: Hashable, Value> {
    /// Every register ever written, those whose winner is a removal included.
    package private(set) var registers: [Key: Register<Value?>]

    package init(_ registers: [Key: Register<Value?>] = [:]) { self.registers = registers }

    /// The value that counts; nil if the key was never written, or was removed.
    package subscript(key: Key) -> Value? { registers[key]?.value ?? nil }

    /// The keys that have a value, in no particular order.
    package var keys: some Sequence<Key> { registers.lazy.filter { $0.value.value.flatMap(\.self) != nil }.map(\.key) }

    /// Writes a value, or with nil removes the key.
    package mutating func write(_ value: Value?, for key: Key, at moment: Moment) {
        registers[key, default: Register()].write(value, at: moment)
    }
}

extension DocumentMap: Sendable where Key: Sendable, Value: Sendable {}
extension DocumentMap: Equatable where Value: Equatable {}
