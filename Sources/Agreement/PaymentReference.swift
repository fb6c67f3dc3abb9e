import Canon
package import Ledger

/// The words by which a payment on a bank's statement is known: short, with a check, in characters that every bank keeps.
package struct PaymentReference: Hashable, Sendable {
    /// Such as `HS4XKQ…`: capital letters and digits.
    package let text: String

    /// What a client writes on a deposit.
    package init(depositFor milestone: Int, of contract: SpaceID) {
        self.init("hs", contract.bytes + Derivation.bigEndian(UInt64(milestone)))
    }

    /// What an agent writes on a payout.
    package init(payout request: ChangeID) { self.init("po", request.bytes) }

    /// What an agent writes on money that goes back to a client, so that a total is sent once.
    package init(refundOf total: Int64, on milestone: Int, of contract: SpaceID) {
        self.init("rf", contract.bytes + Derivation.bigEndian(UInt64(milestone)) + Derivation.bigEndian(UInt64(total)))
    }

    /// A reference that was made before.
    package init(text: String) { self.text = text }

    private init(_ prefix: String, _ bytes: [UInt8]) {
        let digest = Derivation.sha256(Array("handsel/payment/1".utf8) + bytes)
        text = TextForm.encode(prefix: prefix, Array(digest.bytes.prefix(6))).uppercased().filter { $0 != "_" }
    }

    /// Whether a statement's text names it, however it was spaced and spelt.
    package func occurs(in text: String) -> Bool {
        text.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) }.contains(self.text)
    }
}
