import Canon
import Support
import Testing

/// How keys are written for people, and what mistyping does.
struct TextFormTests {
    private let key: [UInt8]
    private let text: String

    init() {
        var generator = SeededGenerator(seed: 1)
        key = generator.bytes(32)
        text = TextForm.encode(prefix: "dev", key)
    }

    private func decoded(_ text: some StringProtocol) -> [UInt8]? { TextForm.decode(prefix: "dev", String(text)) }

    @Test("bytes of any length are read back", arguments: 1...70)
    func roundTrip(count: Int) {
        var generator = SeededGenerator(seed: UInt64(count))
        let bytes = generator.bytes(count)
        #expect(decoded(TextForm.encode(prefix: "dev", bytes)) == bytes)
        #expect(TextForm.bytes(fromBase32: TextForm.base32(bytes)) == bytes)
    }

    @Test("the form is the prefix, an underscore, and 58 characters of Crockford's alphabet for a key")
    func shape() {
        #expect(text.hasPrefix("dev_"))
        #expect(text.count == 4 + 58)
        #expect(text.dropFirst(4).allSatisfy { "0123456789abcdefghjkmnpqrstvwxyz".contains($0) })
        #expect(TextForm.base32([0xff, 0x00, 0x44, 0x32, 0x14, 0xc7]) == "zw048cgmrw")
        // The check value of CRC-32 over "123456789" is cbf43926.
        #expect(
            TextForm.encode(prefix: "1", Array("23456789".utf8)) == "1_"
                + TextForm.base32(Array("23456789".utf8) + [0xcb, 0xf4, 0x39, 0x26]))
    }

    @Test("capitals, hyphens, and the letters that look like digits read as what is meant")
    func leniency() {
        #expect(decoded(text.uppercased()) == key)
        let hyphenated = text.dropFirst(4).enumerated().map { $0.offset % 4 == 0 ? "-\($0.element)" : "\($0.element)" }.joined()
        #expect(decoded("dev_" + hyphenated + "-") == key)
        for (digit, letters) in ["0": ["o", "O"], "1": ["i", "I", "l", "L"]] {
            #expect(text.dropFirst(4).contains(digit))
            for letter in letters {
                #expect(decoded("dev_" + text.dropFirst(4).replacing(digit, with: letter)) == key, "\(letter)")
            }
        }
    }

    @Test("every change of one character is caught")
    func substitutions() {
        let characters = Array(text)
        for place in characters.indices.dropFirst(4) {
            for other in "0123456789abcdefghjkmnpqrstvwxyz" where other != characters[place] {
                var mistyped = characters
                mistyped[place] = other
                #expect(decoded(String(mistyped)) == nil, "\(other) at \(place)")
            }
        }
    }

    @Test("every two characters swapped are caught", arguments: seeds(20))
    func transpositions(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let characters = Array(TextForm.encode(prefix: "dev", generator.bytes(32)))
        for place in characters.indices.dropFirst(5) where characters[place] != characters[place - 1] {
            var mistyped = characters
            mistyped.swapAt(place, place - 1)
            #expect(decoded(String(mistyped)) == nil, "seed \(seed), \(place)")
        }
    }

    @Test("a character too few or too many is caught")
    func lengths() {
        let characters = Array(text)
        for place in characters.indices.dropFirst(4) {
            var mistyped = characters
            mistyped.remove(at: place)
            #expect(decoded(String(mistyped)) == nil, "without \(place)")
            mistyped = characters
            mistyped.insert(characters[place], at: place)
            #expect(decoded(String(mistyped)) == nil, "twice \(place)")
        }
        for length in 0..<text.count { #expect(decoded(text.prefix(length)) == nil) }
    }

    @Test("another prefix is refused, though the rest is right")
    func prefixes() {
        for prefix in ["key", "de", "devx", ""] {
            #expect(TextForm.decode(prefix: prefix, text) == nil)
            #expect(decoded("\(prefix)_\(text.dropFirst(4))") == nil)
        }
        #expect(decoded(text.dropFirst(4)) == nil)
        #expect(decoded("dev-" + text.dropFirst(4)) == nil)
    }

    @Test("characters that are only alike, or outside the alphabet, are refused")
    func foreignCharacters() {
        // U+212A is the Kelvin sign, whose lower case is "k".
        for character in ["u", "U", "!", " ", "\n", "_", "\u{212A}", "ｋ", "к", "é", "e\u{301}"] {
            #expect(TextForm.bytes(fromBase32: "00" + character) == nil, "\(character)")
        }
        #expect(TextForm.bytes(fromBase32: "kkkkkkkk") != nil)
        #expect(decoded("dev_\u{301}" + text.dropFirst(4)) == nil)
        #expect(decoded(text + "\u{301}") == nil)
    }

    @Test("padding bits that are not zero are refused, and so is a character without content")
    func padding() {
        // One byte is two characters, of which the last two bits are padding.
        #expect(TextForm.bytes(fromBase32: "zw") == [0xff])
        for mistyped in ["zx", "zy", "zz"] { #expect(TextForm.bytes(fromBase32: mistyped) == nil) }
        for length in [1, 3, 6] { #expect(TextForm.bytes(fromBase32: String(repeating: "0", count: length)) == nil, "\(length)") }
        #expect(TextForm.bytes(fromBase32: "") == [])
    }

    @Test("a text without content is refused")
    func empty() {
        for text in ["", "_", "dev", "dev_", "dev_-", "dev_0000000"] { #expect(decoded(text) == nil, "\(text)") }
        #expect(decoded(TextForm.encode(prefix: "dev", [])) == nil)
    }
}
