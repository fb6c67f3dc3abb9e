/// Swift source taken apart into code and comments, so that a rule about one does not stumble over the other.
///
/// Both keep every line in its place; what belongs to neither, such as the content of string literals, is blank in both.
struct SwiftText: Sendable {
    private(set) var code: [UInt8]
    private(set) var comments: [UInt8]

    init(_ source: [UInt8]) {
        var scanner = Scanner(source: source)
        scanner.run()
        code = scanner.code
        comments = scanner.comments
    }
}

/// Walks through source with a stack of what it is inside of: string literals hold code in interpolations.
private struct Scanner {
    enum Mode {
        /// With the number of parentheses open; those of the outermost code are not counted.
        case code(open: Int)
        case lineComment
        case blockComment
        case string(quotes: Int, pounds: Int)
    }

    let source: [UInt8]
    var place = 0
    var stack = [Mode.code(open: 0)]
    var code: [UInt8]
    var comments: [UInt8]

    init(source: [UInt8]) {
        self.source = source
        code = source.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
        comments = code
    }

    mutating func run() {
        while place < source.count, let mode = stack.last {
            switch mode {
            case .code(let open): scanCode(open: open)
            case .lineComment: scanLineComment()
            case .blockComment: scanBlockComment()
            case .string(let quotes, let pounds): scanString(quotes: quotes, pounds: pounds)
            }
        }
    }

    private func isNext(_ text: String) -> Bool { source[place...].starts(with: text.utf8) }

    private mutating func scanCode(open: Int) {
        if isNext("//") { return enter(.lineComment, past: 0) }
        if isNext("/*") { return enter(.blockComment, past: 2) }
        if let (quotes, pounds) = delimiter() { return enter(.string(quotes: quotes, pounds: pounds), past: quotes + pounds) }
        let byte = source[place]
        code[place] = byte
        place += 1
        guard stack.count > 1 else { return }
        if byte == UInt8(ascii: "(") { stack[stack.count - 1] = .code(open: open + 1) }
        if byte == UInt8(ascii: ")") {
            if open == 1 { stack.removeLast() } else { stack[stack.count - 1] = .code(open: open - 1) }
        }
    }

    private mutating func enter(_ mode: Mode, past length: Int) {
        stack.append(mode)
        place += length
    }

    /// The opening delimiter of a string literal, if one is next.
    private func delimiter() -> (quotes: Int, pounds: Int)? {
        guard source[place] == UInt8(ascii: "\"") || source[place] == UInt8(ascii: "#") else { return nil }
        let pounds = source[place...].prefix { $0 == UInt8(ascii: "#") }.count
        let quotes = source[(place + pounds)...].prefix { $0 == UInt8(ascii: "\"") }.count
        return quotes == 0 ? nil : (quotes >= 3 ? 3 : 1, pounds)
    }

    private mutating func leave(past length: Int) {
        stack.removeLast()
        place += length
    }

    private mutating func scanLineComment() {
        if isNext("\n") { return leave(past: 0) }
        scanComment()
    }

    private mutating func scanBlockComment() {
        if isNext("/*") { return enter(.blockComment, past: 2) }
        if isNext("*/") { return leave(past: 2) }
        scanComment()
    }

    private mutating func scanComment() {
        comments[place] = source[place]
        place += 1
    }

    private mutating func scanString(quotes: Int, pounds: Int) {
        let escape = "\\" + String(repeating: "#", count: pounds)
        if isNext(escape) {
            place += escape.utf8.count
            if isNext("(") { stack.append(.code(open: 0)) } else { place += 1 }
            return
        }
        let end = String(repeating: "\"", count: quotes) + String(repeating: "#", count: pounds)
        if isNext(end) { return leave(past: end.utf8.count) }
        // A line that ends inside a literal of one line is not Swift; going on as code keeps the damage to that line.
        if quotes == 1, isNext("\n") { return leave(past: 0) }
        place += 1
    }
}
