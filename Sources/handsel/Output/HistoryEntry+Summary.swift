import HandselKit

extension HistoryEntry {
    /// What the change did, in the words of the person who did it; a kind without words of its own is named as it is.
    var summary: String {
        guard !kinds.isEmpty else { return "wrote what this device cannot read" }
        var phrases: [String] = []
        for kind in kinds {
            let phrase = Deed.phrase(kind)
            if phrases.last != phrase { phrases.append(phrase) }
        }
        return phrases.joined(separator: ", ")
    }
}
