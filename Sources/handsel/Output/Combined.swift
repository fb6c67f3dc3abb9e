/// An object with the keys of two, for `--json`.
struct Combined<First: Encodable, Second: Encodable>: Encodable {
    private let first: First
    private let second: Second

    init(_ first: First, _ second: Second) { (self.first, self.second) = (first, second) }

    func encode(to encoder: any Encoder) throws {
        try first.encode(to: encoder)
        try second.encode(to: encoder)
    }
}
