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
    /// The speed of a machine drifts, so what is compared is measured in turns.
    private static let runs = 3

    func figures() throws -> [Figure] {
        let world = try World()
        let writer = try world.member("writer", of: world.person())
        let space = try writer.replica.createSpace(.contract, as: .client)
        let base = writer.replica.store.database.path
        try writer.replica.store.database.close()
        return try [1, 32].flatMap { batch in
            let runs = try (0..<Self.runs).map { run in
                let name = "\(batch)-\(run).sqlite"
                let path = try world.scratch.copy(base, name)
                let ours = try seconds(writing: Self.texts, to: space, at: path, by: writer, batch)
                let plain = try PlainSQLite(rowsOf: path, beyond: base)
                return (ours: ours, plain: try plain.write(to: try world.scratch.copy(base, "plain-\(name)"), batch: batch))
            }
            let name = "write: messages, \(batch) to a commit"
            let count = Double(Self.changes)
            return [
                Figure(name, count / runs.map(\.ours).median, .perSecond),
                Figure("\(name), plain SQLite, the same rows", count / runs.map(\.plain).median, .perSecond),
                Figure(
                    "\(name), ratio", runs.map { $0.plain / $0.ours }.median, .ratio, wanted: batch == 1 ? "at least 0.6" : ""),
            ]
        }
    }

    private func seconds(
        writing texts: [String], to space: SpaceID, at path: String, by writer: World.Member, _ batch: Int
    ) throws -> Double {
        let replica = try Replica(path: path, keys: KeyRing(device: writer.device.keys), clock: World.clock)
        let start = ContinuousClock.now
        for first in stride(from: 0, to: texts.count, by: batch) {
            try replica.commit(in: space) { composer in
                for text in texts[first..<min(first + batch, texts.count)] {
                    try composer.write([.edit(.message(text: text, files: []))])
                }
            }
        }
        let seconds = start.duration(to: .now).seconds
        try replica.store.database.close()
        return seconds
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
