import Canon
package import Ledger

/// What an invite link carries: the space, the invite, its secret, and where the space can be fetched.
package struct InviteLink: Sendable {
    private static let scheme = "handsel:"
    private static let prefix = "invite"
    private static let addressLimit = 512
    /// Addresses in one link; more would only make it longer.
    static let addresses = 8

    let space: SpaceID
    let invite: ChangeID
    let secret: InviteSecret
    /// Links of relays and peers.
    let addresses: [String]

    package var text: String {
        let bytes = CBORWriter.encode {
            $0.array(4)
            $0.identifier(space)
            $0.identifier(invite)
            $0.bytes(secret.secret)
            $0.array(addresses) { $0.text($1) }
        }
        return Self.scheme + TextForm.encode(prefix: Self.prefix, bytes).dropFirst(Self.prefix.count + 1)
    }

    package init(space: SpaceID, invite: ChangeID, secret: InviteSecret, addresses: [String]) {
        self.space = space
        self.invite = invite
        self.secret = secret
        self.addresses = addresses
    }

    package init(parsing text: String) throws {
        let refusal = HandselError(
            .usage, "This is not a complete invite link. Copy all of it, from \"\(Self.scheme)\" to its end.")
        let trimmed = text.filter { !$0.isWhitespace }
        guard trimmed.hasPrefix(Self.scheme),
            let bytes = TextForm.decode(prefix: Self.prefix, Self.prefix + "_" + trimmed.dropFirst(Self.scheme.count))
        else { throw refusal }
        do {
            var reader = CBORReader(bytes.span)
            try reader.array(of: 4)
            space = try reader.identifier()
            invite = try reader.identifier()
            guard let secret = InviteSecret(secret: try reader.bytes(limit: InviteSecret.length)) else { throw refusal }
            self.secret = secret
            var addresses: [String] = []
            for _ in 0..<(try reader.array(limit: Self.addresses)) { addresses.append(try reader.text(limit: Self.addressLimit)) }
            self.addresses = addresses
            try reader.finish()
        } catch { throw refusal }
    }
}
