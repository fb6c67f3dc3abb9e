import HandselKit

extension HistoryEntry {
    /// What the change did, in the words of the person who did it; a kind without words of its own is named as it is.
    var summary: String {
        guard !kinds.isEmpty else { return "wrote what this device cannot read" }
        var phrases: [String] = []
        for kind in kinds {
            let phrase = Self.phrases[kind] ?? kind
            if phrases.last != phrase { phrases.append(phrase) }
        }
        return phrases.joined(separator: ", ")
    }

    private static let phrases = [
        "space.create": "founded the contract",
        "epoch.rotate": "made new keys",
        "epoch.share": "shared the keys",
        "invite.create": "made an invite",
        "invite.revoke": "revoked an invite",
        "member.join": "joined by an invite",
        "member.accept": "confirmed the join",
        "member.name": "introduced themselves",
        "device.add": "added a device",
        "contract.offer": "made an offer",
        "contract.accept": "accepted the offer",
        "contract.decline": "declined the offer",
        "contract.withdraw": "withdrew the offer",
        "milestone.submit": "submitted a milestone",
        "milestone.changes": "asked for changes",
        "terms.edit": "edited the terms",
        "statement.write": "wrote the words that an act cites",
        "message.send": "wrote a message",
        "message.edit": "edited a message",
        "diary.record": "recorded time",
        "diary.memo": "noted what the time was for",
        "file.share": "shared a file",
    ]
}
