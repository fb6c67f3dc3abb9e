package import Canon
package import Ledger

/// A ten-minute slot of UTC time: the number of such slots since 1970.
package struct Slot: Hashable, Comparable, Sendable {
    package static let milliseconds: UInt64 = 600_000
    package let number: UInt64

    package init(number: UInt64) { self.number = number }
    package init(containing time: UInt64) { number = time / Self.milliseconds }

    /// Milliseconds since 1970 at which it begins.
    package var start: UInt64 { number * Self.milliseconds }

    package static func < (first: Slot, second: Slot) -> Bool { first.number < second.number }
}

/// Whose entry of which slot: each device of the freelancer has its own, and a slot is billed once.
package struct SlotKey: Hashable, Comparable, Sendable {
    package let slot: Slot
    package let device: DeviceID

    package init(slot: Slot, device: DeviceID) {
        self.slot = slot
        self.device = device
    }

    package static func < (first: SlotKey, second: SlotKey) -> Bool {
        (first.slot.number, first.device) < (second.slot.number, second.device)
    }
}

/// What the money side knows of a diary slot; the memo itself is prose and stands elsewhere.
package struct DiaryEntry: Hashable, Sendable {
    /// Key presses and pointer clicks together.
    package let activity: UInt64
    /// Entered by hand rather than tracked by the timer.
    package let isManual: Bool
    /// Salted hash of the memo; nil without one.
    package let memo: Bytes32?

    package init(activity: UInt64, isManual: Bool, memo: Bytes32?) {
        self.activity = activity
        self.isManual = isManual
        self.memo = memo
    }
}

/// An attachment as its message or submission names it; the key opens the blob that carriers hold.
package struct FileReference: Hashable, Sendable {
    package let name: String
    /// Bytes before encryption.
    package let size: UInt64
    package let blob: BlobID
    package let key: Bytes32

    package init(name: String, size: UInt64, blob: BlobID, key: Bytes32) {
        self.name = name
        self.size = size
        self.blob = blob
        self.key = key
    }
}

/// Prose and files that an act cites by salted hash.
package struct Prose: Hashable, Sendable {
    package let salt: Bytes32
    package let text: String
    package let files: [FileReference]

    package init(salt: Bytes32, text: String, files: [FileReference] = []) {
        self.salt = salt
        self.text = text
        self.files = files
    }

    /// What the act carries.
    package var hash: Bytes32 {
        let prose = CBORWriter.encode {
            $0.array(2)
            $0.text(text)
            $0.files(files)
        }
        return Derivation.proseHash(salt: salt, prose: prose)
    }
}

/// An edit: it merges as a CRDT, whatever else happened at the same time.
package enum Edit: Hashable, Sendable {
    /// Records, or with nil removes, a slot; `device` is nil for the author's own. In `money`.
    case diary(Slot, device: DeviceID?, DiaryEntry?)
    /// The memo of a slot, with the salt of its hash. In `parties`.
    case memo(Slot, device: DeviceID?, salt: Bytes32, text: String)
    /// The text of the terms under negotiation; the payload is the text document's own operation.
    case terms(payload: [UInt8])
    /// The prose of an offer, of a submission or of a request for changes.
    case statement(Prose)
    /// What is said to those who decide a dispute, the agent included; in `money`, so that they can read it.
    case hearing(Prose)
    case message(text: String, files: [FileReference])
    /// A new wording of one's own message; the old ones stay in its history.
    case editMessage(ChangeID, text: String)
    case file(FileReference)
    /// How a member wishes to be called; in `money`, so that the agent knows whom it pays.
    case name(String)

    package static let termsKind = "terms.edit"

    package var audience: Audience {
        switch self {
        case .diary, .hearing, .name: .money
        default: .parties
        }
    }

    package var operation: Operation {
        switch self {
        case .diary(let slot, let device, let entry):
            Operation("diary.record") {
                $0.array(3)
                $0.unsigned(slot.number)
                $0.optional(device) { $0.identifier($1) }
                $0.optional(entry) { writer, entry in
                    writer.array(3)
                    writer.unsigned(entry.activity)
                    writer.boolean(entry.isManual)
                    writer.optional(entry.memo) { $0.bytes32($1) }
                }
            }
        case .memo(let slot, let device, let salt, let text):
            Operation("diary.memo") {
                $0.array(4)
                $0.unsigned(slot.number)
                $0.optional(device) { $0.identifier($1) }
                $0.bytes32(salt)
                $0.text(text)
            }
        case .terms(let payload): Operation(Self.termsKind, payload: payload)
        case .statement(let prose): Operation("statement.write") { $0.prose(prose) }
        case .hearing(let prose): Operation("hearing.write") { $0.prose(prose) }
        case .message(let text, let files):
            Operation("message.send") {
                $0.array(2)
                $0.text(text)
                $0.files(files)
            }
        case .editMessage(let message, let text): Operation("message.edit", on: message) { $0.text(text) }
        case .file(let file): Operation("file.share") { $0.file(file) }
        case .name(let name): Operation("member.name") { $0.text(name) }
        }
    }

    static func decode(_ operation: Operation, _ reader: inout CBORReader) throws(CanonError) -> Edit? {
        switch operation.kind {
        case "diary.record":
            try reader.array(of: 3)
            return .diary(try reader.slot(), device: try reader.optionalIdentifier(), try reader.diaryEntry())
        case "diary.memo":
            try reader.array(of: 4)
            return .memo(
                try reader.slot(), device: try reader.optionalIdentifier(), salt: try reader.bytes32(),
                text: try reader.text(limit: AgreementLimits.memo))
        case termsKind:
            let payload = try reader.skip()
            return .terms(payload: reader.copy(payload))
        case "statement.write": return .statement(try reader.prose())
        case "hearing.write": return .hearing(try reader.prose())
        case "message.send":
            try reader.array(of: 2)
            return .message(text: try reader.text(limit: AgreementLimits.message), files: try reader.files())
        case "message.edit":
            return .editMessage(try operation.target(), text: try reader.text(limit: AgreementLimits.message))
        case "file.share": return .file(try reader.file())
        case "member.name": return .name(try reader.text(limit: LedgerLimits.name))
        default: return nil
        }
    }
}

extension CBORWriter {
    fileprivate mutating func file(_ file: FileReference) {
        array(4)
        text(file.name)
        unsigned(file.size)
        identifier(file.blob)
        bytes32(file.key)
    }

    fileprivate mutating func files(_ files: [FileReference]) { array(files) { $0.file($1) } }

    fileprivate mutating func prose(_ prose: Prose) {
        array(3)
        bytes32(prose.salt)
        text(prose.text)
        files(prose.files)
    }
}

extension CBORReader {
    @_lifetime(self: copy self)
    fileprivate mutating func slot() throws(CanonError) -> Slot {
        Slot(number: try unsigned(upTo: UInt64(Int64.max) / Slot.milliseconds))
    }

    @_lifetime(self: copy self)
    fileprivate mutating func diaryEntry() throws(CanonError) -> DiaryEntry? {
        if try skipNull() { return nil }
        try array(of: 3)
        return DiaryEntry(
            activity: try unsigned(upTo: 1 << 32), isManual: try boolean(), memo: try skipNull() ? nil : try bytes32())
    }

    @_lifetime(self: copy self)
    fileprivate mutating func file() throws(CanonError) -> FileReference {
        try array(of: 4)
        return FileReference(
            name: try text(limit: AgreementLimits.fileName), size: try unsigned(upTo: UInt64(Int64.max)),
            blob: try identifier(), key: try bytes32())
    }

    @_lifetime(self: copy self)
    fileprivate mutating func prose() throws(CanonError) -> Prose {
        try array(of: 3)
        return Prose(salt: try bytes32(), text: try text(limit: AgreementLimits.prose), files: try files())
    }

    @_lifetime(self: copy self)
    fileprivate mutating func files() throws(CanonError) -> [FileReference] {
        var files: [FileReference] = []
        for _ in 0..<(try array(limit: AgreementLimits.files)) { files.append(try file()) }
        return files
    }
}
