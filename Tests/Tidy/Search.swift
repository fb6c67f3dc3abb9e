/// A place in a text.
struct Occurrence: Equatable {
    /// From 1.
    let line: Int
    /// What follows on the same line.
    let rest: String
}

extension [UInt8] {
    /// Every place of `text`; where `text` begins or ends as a name does, it is a whole name.
    func occurrences(of text: String) -> [Occurrence] {
        let wanted = Array(text.utf8)
        guard let first = wanted.first, let last = wanted.last else { return [] }
        var found: [Occurrence] = []
        var line = 1
        for place in indices {
            if self[place] == UInt8(ascii: "\n") { line += 1 }
            guard self[place] == first, self[place...].starts(with: wanted) else { continue }
            let end = place + wanted.count
            if first.isOfName, place > 0, self[place - 1].isOfName { continue }
            if last.isOfName, end < count, self[end].isOfName { continue }
            let rest = self[end...].prefix { $0 != UInt8(ascii: "\n") }
            found.append(Occurrence(line: line, rest: String(decoding: rest, as: UTF8.self)))
        }
        return found
    }
}

extension UInt8 {
    /// Whether it is part of an identifier.
    fileprivate var isOfName: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...: true
        default: false
        }
    }
}
