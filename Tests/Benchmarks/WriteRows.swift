import Agreement
import Canon
import Foundation
import GRDB
import Ledger
import LedgerSupport
import Replica
import Store
import Support

/// Messages that one person writes, each signed, sealed, folded, searchable and in a commit of its own.
struct WriteRows {
    private static let changes = 5_000

    func figures() throws -> [Figure] {
        let world = try World()
        let writer = try world.member("writer", of: world.person())
        let space = try writer.replica.createSpace(.contract, as: .client)
        let base = writer.replica.store.database.path
        try writer.replica.store.database.close()
        let scratch = world.scratch
        var figures: [Figure] = []
        for batch in [1, 32] {
            let path = try scratch.copy(base, "ours-\(batch).sqlite")
            let replica = try Replica(path: path, keys: KeyRing(device: writer.device.keys), clock: World.clock)
            let texts = Self.texts
            let start = ContinuousClock.now
            for first in stride(from: 0, to: texts.count, by: batch) {
                try replica.commit(in: space) { composer in
                    for text in texts[first..<min(first + batch, texts.count)] {
                        try composer.write([.edit(.message(text: text, files: []))])
                    }
                }
            }
            let ours = Double(texts.count) / start.duration(to: .now).seconds
            try replica.store.database.close()
            let plain = try PlainSQLite(rowsOf: path, beyond: base)
            let theirs =
                Double(texts.count) / (try plain.write(to: try scratch.copy(base, "plain-\(batch).sqlite"), batch: batch))
            let name = "write: messages, \(batch) to a commit"
            figures += [
                Figure(name, ours, .perSecond), Figure("\(name), plain SQLite, the same rows", theirs, .perSecond),
                Figure("\(name), ratio", ours / theirs, .ratio, wanted: batch == 1 ? "at least 0.6" : ""),
            ]
        }
        return figures
    }

    /// Two hundred bytes of words each.
    private static var texts: [String] {
        var work = Work(seed: 3, from: 0)
        return (0..<changes).map { _ in work.words(30) }
    }
}

extension Scratch {
    /// A copy of a database file that nobody has open, with what its log still holds.
    func copy(_ file: String, _ name: String) throws -> String {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: file + suffix) {
            try FileManager.default.copyItem(atPath: file + suffix, toPath: path(name) + suffix)
        }
        return path(name)
    }
}
