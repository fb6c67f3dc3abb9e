import Canon
import Documents
import Ledger
import Support
import Testing

/// The bytes of registers and of list operations.
struct CodingTests {
    private func decode<Value>(
        _ bytes: [UInt8], _ body: (inout CBORReader) throws(CanonError) -> Value
    ) throws(CanonError) -> Value {
        var reader = CBORReader(bytes.span)
        let value = try body(&reader)
        try reader.finish()
        return value
    }

    private func decodeRegister(_ bytes: [UInt8]) throws(CanonError) -> Register<String> {
        try decode(bytes) { (reader: inout CBORReader) throws(CanonError) in
            try Register(decoding: &reader) { (reader: inout CBORReader) throws(CanonError) in try reader.text(limit: 99) }
        }
    }

    private func encoded(_ register: Register<String>) -> [UInt8] {
        CBORWriter.encode { register.encode(to: &$0) { $0.text($1) } }
    }

    private func entry(_ number: UInt64) -> Register<String>.Entry {
        Register.Entry(
            stamp: Stamp(lamport: number, device: .numbered(number), seq: 0, change: .numbered(number), ordinal: 2),
            value: "\(number)")
    }

    @Test("a register comes back from its bytes, and from its entries in any order")
    func registers() throws {
        for count in 0..<4 as Range<UInt64> {
            let entries = (0..<count).map { entry($0) }
            let register = Register(entries)
            #expect(Register(entries.reversed()) == register)
            #expect(try decodeRegister(encoded(register)) == register)
        }
    }

    @Test("a register whose writes are not in order is refused")
    func unsortedRegister() {
        let bytes = CBORWriter.encode { writer in
            writer.array([entry(2), entry(1)]) { writer, entry in
                writer.array(2)
                writer.stamp(entry.stamp)
                writer.text(entry.value)
            }
        }
        let error = #expect(throws: CanonError.self) { try decodeRegister(bytes) }
        #expect(error?.code == .unsortedKeys)
    }

    private func decodeOperation(_ bytes: [UInt8]) throws(CanonError) -> ListOperation<Int> {
        try decode(bytes) { (reader: inout CBORReader) throws(CanonError) in
            try ListOperation(decoding: &reader) { (reader: inout CBORReader) throws(CanonError) in Int(try reader.integer()) }
        }
    }

    @Test("a list operation comes back from its bytes, and no damage to them is taken for an operation with other bytes")
    func listOperations() throws {
        let item = ElementRef(change: .numbered(7), index: 70_000)
        let own = ElementRef(change: nil, index: 3)
        let operations: [ListOperation<Int>] = [
            .insert(left: nil, right: nil, value: -5), .insert(left: own, right: item, value: 5),
            .move(item: item, left: item, right: nil),
            .move(item: own, left: nil, right: own), .set(item: item, value: 0), .delete(item: own),
        ]
        for operation in operations {
            func encoded(_ operation: ListOperation<Int>) -> [UInt8] {
                CBORWriter.encode { operation.encode(to: &$0) { $0.integer(Int64($1)) } }
            }
            let bytes = encoded(operation)
            #expect(try decodeOperation(bytes) == operation)
            for length in bytes.indices { #expect(throws: CanonError.self) { try decodeOperation(Array(bytes[..<length])) } }
            for index in bytes.indices {
                for mask in [1, 2, 4, 8, 16, 32, 64, 128] as [UInt8] {
                    var damaged = bytes
                    damaged[index] ^= mask
                    if let other = try? decodeOperation(damaged) { #expect(encoded(other) == damaged) }
                }
            }
        }
    }
}
