import Canon
import Ledger
import Sync
import SyncSupport

extension Subject {
    static let exchanges = [
        Subject("frames") { bytes in
            let frame = try Frame(decoding: bytes)
            try promise(frame.encoded == bytes, "A frame is written otherwise than it was read.")
            if case .changes(_, let changes) = frame { _ = Verification.verify(changes) }
        },
        Subject("bundles") { bytes in
            var file = MemoryReader(bytes)
            let bundle = try OpenedBundle(reading: &file)
            for space in bundle.spaceIDs { _ = bundle.changes(of: space) }
            var again = MemoryReader(bytes)
            try OpenedBundle.forEachChunk(in: &again) { _, _, _ in }
        },
        // The frames that a member's device sends, one after another, as a bundle has them but without its first line.
        Subject("sessions") { bytes in
            let scene = try scene.get()
            var (store, session) = try scene.session()
            let before = store.content
            var file = MemoryReader(bytes)
            try answer(&session)
            while case let prefix = file.read(4), !prefix.isEmpty {
                let length = prefix.reduce(0) { $0 << 8 | Int($1) }
                try session.receive(file.read(length))
                try session.storeChanged()
                try answer(&session)
                let lost = before.contains { space, ids in !ids.isSubset(of: store.content[space] ?? []) }
                try promise(!lost, "A session has lost changes.")
            }
        },
    ]

    static let scene = Result { try Scene() }

    /// Lets this side send all it has to say.
    private static func answer(_ session: inout SyncSession<some SyncStore>) throws {
        var frames = 0
        while let frame = try session.nextFrame() {
            frames += 1
            try promise(frames < 10_000, "A session never stops talking.")
            try promise((try? Frame(decoding: frame))?.encoded == frame, "A session sends what nobody can read.")
        }
    }
}
