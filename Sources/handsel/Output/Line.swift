/// A line of text whose parts may stand out on a terminal.
///
/// Whatever is interpolated may have been written by somebody else, so it loses every character that could steer the
/// terminal or turn the direction of writing around. Only literals are taken as they are.
struct Line: ExpressibleByStringInterpolation, Sendable {
    /// How a part stands out, by the code that a terminal knows it by.
    enum Style: String {
        case plain = ""
        case bold = "1"
        case faint = "2"
        case bad = "31"
        case good = "32"
        case waiting = "33"
    }

    fileprivate struct Part {
        let text: String
        let style: Style
    }

    private var parts: [Part]

    init(stringLiteral literal: String) { parts = [Part(text: literal, style: .plain)] }

    init(stringInterpolation interpolation: StringInterpolation) { parts = interpolation.parts }

    init(_ text: String, _ style: Style = .plain) { parts = [Part(text: text.printable, style: style)] }

    /// Adds a line's parts at the end.
    mutating func append(_ line: Line) { parts += line.parts }

    /// The columns it fills on a terminal.
    var width: Int { parts.reduce(0) { $0 + $1.text.columns } }

    func rendered(withStyles isStyled: Bool) -> String {
        parts.map { part in
            isStyled && part.style != .plain ? "\u{1b}[\(part.style.rawValue)m\(part.text)\u{1b}[0m" : part.text
        }
        .joined()
    }

    /// The line in one style.
    func styled(_ style: Style) -> Line {
        var line = self
        line.parts = parts.map { Part(text: $0.text, style: style) }
        return line
    }

    /// At most `limit` columns; an ellipsis stands for what is left out.
    func clipped(to limit: Int) -> Line {
        guard width > limit else { return self }
        var line = self
        var room = limit - 1
        line.parts = []
        for part in parts where room > 0 {
            let text = part.text.prefix(columns: room)
            line.parts.append(Part(text: text, style: part.style))
            room = text == part.text ? room - text.columns : 0
        }
        line.parts.append(Part(text: "…", style: .plain))
        return line
    }

    /// Collects literals, and values with or without a style.
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var parts: [Part] = []

        init(literalCapacity: Int, interpolationCount: Int) { parts.reserveCapacity(2 * interpolationCount + 1) }

        mutating func appendLiteral(_ literal: String) { parts.append(Part(text: literal, style: .plain)) }

        mutating func appendInterpolation(_ value: some CustomStringConvertible, _ style: Style = .plain) {
            parts.append(Part(text: value.description.printable, style: style))
        }

        mutating func appendInterpolation(_ line: Line) { parts += line.parts }
    }
}

extension String {
    /// On one line, without control characters and marks that change the direction of writing.
    fileprivate var printable: String {
        guard !isPlain, unicodeScalars.contains(where: \.isUnsafe) else { return self }
        var scalars = UnicodeScalarView()
        for scalar in unicodeScalars {
            let isSpace = scalar == "\n" || scalar == "\t" || scalar == "\r"
            scalars.append(!scalar.isUnsafe ? scalar : isSpace ? " " : "\u{fffd}")
        }
        return String(scalars)
    }

    /// The columns it fills on a terminal.
    fileprivate var columns: Int { isPlain ? utf8.count : reduce(0) { $0 + $1.columns } }

    /// Whether it is all letters, digits, signs and spaces of ASCII, as most of what is shown.
    private var isPlain: Bool { utf8.allSatisfy { 0x20..<0x7f ~= $0 } }

    fileprivate func prefix(columns limit: Int) -> String {
        var room = limit
        return String(
            prefix { character in
                room -= character.columns
                return room >= 0
            })
    }
}

extension Unicode.Scalar {
    fileprivate var isUnsafe: Bool {
        switch value {
        case 0...0x1f, 0x7f...0x9f, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}

extension Character {
    /// Two for emoji and for the scripts of East Asia (Unicode Standard Annex 11), one for everything else.
    fileprivate var columns: Int {
        guard let scalar = unicodeScalars.first, scalar.value >= 0x1100 else { return 1 }
        switch scalar.value {
        case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60,
            0xffe0...0xffe6, 0x20000...0x3fffd:
            return 2
        default:
            return scalar.properties.isEmojiPresentation ? 2 : 1
        }
    }
}
