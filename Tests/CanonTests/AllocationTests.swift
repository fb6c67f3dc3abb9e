#if canImport(Glibc)
    import Canon
    import Glibc
    import Support
    import Testing

    /// Reading fields allocates nothing: it goes on working when there is no memory left at all.
    ///
    /// Each test runs in a process of its own, whose heap it fills first; an allocation then ends that process.
    struct AllocationTests {
        @Test("reading a change's header allocates nothing")
        func header() async {
            await #expect(processExitsWith: .success) {
                let header = Self.header
                var salt = try Self.read(header)
                let memory = try Memory.fill()
                for _ in 0..<1_000 { salt = try Self.read(header) }
                memory.free()
                try #require(salt == Bytes32(repeatElement(9, count: 32)))
            }
        }

        @Test("passing over a value of any shape allocates nothing")
        func skip() async {
            await #expect(processExitsWith: .success) {
                let value = try bytes(hex: "a5616101616282020361636163616445010203040561656165")
                var places = try Self.skip(value)
                let memory = try Memory.fill()
                for _ in 0..<1_000 { places += try Self.skip(value) }
                memory.free()
                try #require(places == 1_001 * value.count)
            }
        }

        @Test("copying a byte string allocates, so the tests above can fail")
        func copy() async {
            await #expect(processExitsWith: .failure) {
                let header = Self.header
                var length = try Self.copy(header)
                let memory = try Memory.fill()
                length += try Self.copy(header)
                memory.free()
            }
        }

        private static func skip(_ value: [UInt8]) throws -> Int {
            var reader = CBORReader(value.span)
            return try reader.skip().count
        }

        private static func copy(_ header: [UInt8]) throws -> Int {
            var reader = CBORReader(header.span)
            try reader.array(of: 15)
            _ = try reader.unsigned()
            return try reader.bytes(limit: 32).count
        }

        /// An array of fifteen, of the shape of a change's header.
        private static var header: [UInt8] {
            let id = Value.bytes([UInt8](repeating: 9, count: 32))
            let list = Value.array([id, id])
            return Value.array([
                .unsigned(1), id, id, .unsigned(70_000), id, list, id, .unsigned(2), .null, id, .unsigned(1_700_000_000_000),
                .unsigned(4_096), id, id, list,
            ]).encoded
        }

        /// Reads every field, and returns the salt.
        private static func read(_ header: [UInt8]) throws -> Bytes32 {
            var reader = CBORReader(header.span)
            try reader.array(of: 15)
            _ = try reader.unsigned()
            for _ in 0..<2 { _ = try reader.bytes32() }
            _ = try reader.unsigned()
            _ = try reader.bytes32()
            for _ in 0..<(try reader.array(limit: 32)) { _ = try reader.bytes32() }
            _ = try reader.bytes32()
            _ = try reader.unsigned(upTo: 3)
            _ = try reader.skipNull()
            let salt = try reader.bytes32()
            for _ in 0..<2 { _ = try reader.count() }
            for _ in 0..<2 { _ = try reader.bytes32() }
            for _ in 0..<(try reader.array(limit: 32)) { _ = try reader.bytes32() }
            try reader.finish()
            return salt
        }
    }

    /// All memory that this process can have, held so that nothing else gets any.
    private struct Memory {
        /// The block taken last; each begins with the place of the one before.
        private let last: UnsafeMutableRawPointer?

        /// Takes what the heap still has, down to the smallest block, once the system gives it no more.
        static func fill() throws -> Memory {
            var none = rlimit(rlim_cur: 0, rlim_max: 0)
            try #require(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &none) == 0)
            var last: UnsafeMutableRawPointer?
            var size = 1 << 26
            while size >= 8 {
                while let block = malloc(size) {
                    block.storeBytes(of: last, as: UnsafeMutableRawPointer?.self)
                    last = block
                }
                size = size > 4_096 ? size / 2 : size - 8
            }
            return Memory(last: last)
        }

        /// Gives it all back.
        func free() {
            var next = last
            while let block = next {
                next = block.load(as: UnsafeMutableRawPointer?.self)
                Glibc.free(block)
            }
        }
    }
#endif
