import Support

/// Texts as people might type them, each with a word in it that occurs nowhere else.
struct Words {
    private static let letters = Array("bcdfghjklmnpqrstvwxz")
    private static let fillers = [
        "the", "draft", "agrees", "with", "layout", "größer", "colour", "naïve", "version", "日程", "before", "Friday", "ok 👍",
        "invoice", "and", "again", "smaller", "logo", "café", "it's", "\"quoted\"", "100 %", "then",
    ]

    private(set) var generator: SeededGenerator
    /// The words that occur nowhere else, each in a text that was typed.
    private(set) var marks: [String] = []

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func pick(_ range: Range<Int>) -> Int { generator.pick(range) }

    mutating func chance(_ percent: Int) -> Bool { generator.chance(percent) }

    mutating func pick<Choice>(of choices: [Choice]) -> Choice? { choices.isEmpty ? nil : generator.pick(choices) }

    /// A word of fourteen letters, too long to come about by chance.
    mutating func mark() -> String {
        let mark = String((0..<14).map { _ in generator.pick(Self.letters) })
        marks.append(mark)
        return mark
    }

    mutating func sentence() -> String {
        var words = (0..<generator.pick(1..<12)).map { _ in generator.pick(Self.fillers) }
        words.insert(mark(), at: generator.pick(0..<words.count + 1))
        return words.joined(separator: " ") + "."
    }

    /// A mark and then bytes that do not compress.
    mutating func content() -> [UInt8] {
        let length = generator.chance(10) ? generator.pick(262_000..<600_000) : generator.pick(1..<20_000)
        return Array(mark().utf8) + generator.bytes(length)
    }

    /// The text after one edit such as people make: something added, taken out, replaced or moved.
    mutating func edited(_ text: String) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let line = generator.pick(0..<lines.count)
        switch generator.pick(0..<6) {
        case 0: lines.insert(sentence(), at: line)
        case 1 where lines.count > 6: lines.remove(at: line)
        case 2: lines.swapAt(line, generator.pick(0..<lines.count))
        case 3 where lines[line].count > 20: lines[line] = String(lines[line].dropFirst(generator.pick(1..<20)))
        default:
            var words = lines[line].split(separator: " ").map(String.init)
            words.insert(sentence(), at: generator.pick(0..<words.count + 1))
            lines[line] = words.joined(separator: " ")
        }
        return lines.joined(separator: "\n")
    }
}
