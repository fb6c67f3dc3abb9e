import Foundation

/// The Latin letters, digits and marks that every SEPA bank takes.
enum SEPAText {
    private static let taken = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")

    private static let spelled: [Character: String] = [
        "ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "œ": "oe",
        "Œ": "Oe", "ø": "oe", "Ø": "Oe", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th",
        "ı": "i", "ħ": "h", "Ħ": "H", "&": "+", "_": "-", "–": "-", "—": "-", "’": "'", "‘": "'", "€": "EUR",
    ]

    /// `text` on one line in these characters; what has no likeness among them becomes a full stop.
    static func text(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).map { word in word.map(spelling).joined() }.joined(separator: " ")
    }

    /// The same for a reference, in which a slash is neither first nor last nor beside another.
    static func reference(_ reference: String) -> String {
        var characters = Array(text(reference))
        for index in characters.indices where characters[index] == "/" {
            let isInside = index > 0 && index < characters.count - 1
            if !isInside || characters[index - 1] == "/" { characters[index] = "." }
        }
        return String(characters)
    }

    private static func spelling(_ character: Character) -> String {
        if taken.contains(character) { return String(character) }
        if let spelling = spelled[character] { return spelling }
        let base = String(character).decomposedStringWithCanonicalMapping.unicodeScalars.first.map { Character($0) }
        return base.map { taken.contains($0) ? String($0) : spelled[$0] ?? "." } ?? "."
    }
}
