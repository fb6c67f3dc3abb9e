import Agreement
import Banking
import Canon
import HandselKit
import Ledger
import Transport

extension Subject {
    static let words = [
        Subject("identifiers") { bytes in
            let form = TextForm.encode(prefix: "x", bytes)
            try promise(bytes.isEmpty || TextForm.decode(prefix: "x", form) == bytes, "\(form) is not read as it was written.")
            try promise(TextForm.bytes(fromBase32: TextForm.base32(bytes)) == bytes, "Base32 is not read as it was written.")
            let text = String(decoding: bytes, as: UTF8.self)
            let isRead = [
                try isRead(text, as: ChangeID.self), try isRead(text, as: SpaceID.self), try isRead(text, as: DeviceID.self),
                try isRead(text, as: PersonID.self), try isRead(text, as: BlobID.self), try isRecoveryCode(text),
            ]
            guard isRead.contains(true) else { throw Refused() }
        },
        Subject("links") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let link = try? InviteLink(parsing: text) { return try check(link) }
            // As it would be with a right checksum, which no fuzzer finds.
            let form = TextForm.encode(prefix: "invite", bytes)
            let link = try InviteLink(parsing: "handsel:" + form.dropFirst("invite_".count))
            try check(link)
        },
        Subject("addresses") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            let scheme: DeviceAddress.Scheme = text.hasPrefix(DeviceAddress.Scheme.relay.rawValue) ? .relay : .peer
            let address = try DeviceAddress(parsing: text, as: scheme)
            try promise(
                try DeviceAddress(parsing: address.description, as: scheme) == address,
                "\(address) is not read as it was written.")
        },
        Subject("words") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            var isRead = false
            if let day = Day(text: text) {
                isRead = true
                try promise(day.text == text, "\(day.text) is not the day that was read.")
            }
            for currency in ["EUR", "JPY", "KWD"].compactMap(Currency.init(code:)) {
                guard let money = Money(text: text, currency: currency) else { continue }
                isRead = true
                let digits = String(money.text.prefix { $0 != " " })
                try promise(Money(text: digits, currency: currency) == money, "\(money.text) is not read as it was written.")
            }
            if let iban = try? IBAN(text) {
                isRead = true
                try promise((try? IBAN(iban.text)) == iban, "\(iban.text) is not read as it was written.")
            }
            if let bic = try? BIC(text) {
                isRead = true
                try promise(bic.text == text, "\(bic) is not the code that was read.")
            }
            _ = PaymentReference(text: "HS4XKQ").occurs(in: text)
            guard isRead else { throw Refused() }
        },
        Subject("statements") { bytes in
            let statements = try BankStatement.statements(in: bytes)
            for statement in statements { _ = (statement.isConsistent, statement.opening, statement.closing) }
            let ids = statements.flatMap(\.transactions).map(\.id)
            try promise(Set(ids).count == ids.count, "Two transactions have the same identity.")
            try promise(try BankStatement.statements(in: bytes) == statements, "A statement reads otherwise the second time.")
        },
    ]

    private static func isRead<ID: Identifier>(_ text: String, as _: ID.Type) throws -> Bool {
        guard let id = ID(text: text) else { return false }
        try promise(ID(text: id.description) == id, "\(id) is not read as it was written.")
        return true
    }

    private static func isRecoveryCode(_ text: String) throws -> Bool {
        guard let code = try? RecoveryCode(text: text) else { return false }
        try promise((try? RecoveryCode(text: code.text))?.text == code.text, "\(code.text) is not read as it was written.")
        return true
    }

    private static func check(_ link: InviteLink) throws {
        try promise((try? InviteLink(parsing: link.text))?.text == link.text, "\(link.text) is not read as it was written.")
    }
}
