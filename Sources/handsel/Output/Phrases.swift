/// A number of things, such as `1 change` or `12 changes`.
struct Count: CustomStringConvertible {
    let description: String

    /// `things` is the plural, where it is not `thing` with an s.
    init(_ number: some BinaryInteger, _ thing: String, _ things: String? = nil) {
        description = number == 1 ? "1 \(thing)" : "\(number) \(things ?? thing + "s")"
    }
}

/// A length of time in hours and minutes, such as `1 h 30 min`.
struct Minutes: CustomStringConvertible {
    let description: String

    init(_ minutes: some BinaryInteger) {
        description =
            minutes < 60 ? "\(minutes) min" : minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
    }
}

/// A number of bytes, such as `812 bytes` or `1.4 MB`.
struct ByteCount: CustomStringConvertible {
    let description: String

    init(_ bytes: some BinaryInteger) {
        let units = [(1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")]
        guard let (unit, name) = units.first(where: { bytes >= $0.0 }) else {
            description = "\(Count(bytes, "byte"))"
            return
        }
        let tenths = Int(bytes) / (unit / 10)
        description = "\(tenths / 10).\(tenths % 10) \(name)"
    }
}

/// The beginning of an id, long enough to name it in a command: its prefix and ten characters.
struct ShortID: CustomStringConvertible {
    let description: String

    init(_ id: String) {
        let parts = id.split(separator: "_", maxSplits: 1)
        description = parts.count == 2 ? "\(parts[0])_\(parts[1].prefix(10))" : String(id.prefix(10))
    }
}
