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
        let scratch = try Scratch()
        let base = scratch.path("base.sqlite")
        let (keys, space) = try Self.found(base)
        var figures: [Figure] = []
        for batch in [1, 32] {
            let path = try scratch.copy(base, "ours-\(batch).sqlite")
            let replica = try Replica(path: path, keys: KeyRing(device: keys), clock: { 1_760_000_000_000 })
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
        var generator = SeededGenerator(seed: 3)
        let words = "wireframe review call draft invoice layout copy test fix deploy research notes".split(separator: " ")
        return (0..<changes).map { _ in (0..<30).map { _ in String(generator.pick(words)) }.joined(separator: " ") }
    }

    private static func found(_ path: String) throws -> (DeviceKeys, SpaceID) {
        var generator = SeededGenerator(seed: 1)
        let device = try Person(using: &generator).device(using: &generator)
        let replica = try Replica(path: path, keys: KeyRing(device: device.keys), clock: { 1_760_000_000_000 })
        try replica.setIdentity(device.certificate, name: "Bob")
        let space = try replica.createSpace(.contract, as: .client)
        try replica.store.database.close()
        return (device.keys, space)
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
