import Foundation
import Support

/// What people would pick instead, measured by a script of its own in the same minutes.
struct Peers {
    private let figures: [String: [String: Double]]

    /// Runs the script's cases with the Python that has the peers.
    init(python: String, script: String, cases: [String]) throws {
        let lines = try output(of: [python, script, "--reps", "3"] + cases).split(separator: UInt8(ascii: "\n"))
        var figures: [String: [String: Double]] = [:]
        for line in lines {
            guard let values = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any],
                let name = values["case"] as? String
            else { throw Failure(description: "The peers' script printed something else than figures.") }
            figures[name] = values.compactMapValues { $0 as? Double }
        }
        self.figures = figures
    }

    /// The peers' figures, and how many times as fast ours are.
    func compared(with ours: [Figure]) -> [Figure] {
        func own(_ name: String) -> Double? { ours.first { $0.name == name }?.value }
        var rows: [Figure] = []
        if let loro = figures["text"]?["loro_one_commit_s"], let replay = own(TextRows.replay) {
            rows += [
                Figure("text: replay, Loro in one commit", loro, .seconds),
                Figure("text: replay, as fast as Loro", loro / replay, .ratio, wanted: "at least 4"),
            ]
        }
        if let yrs = figures["text"]?["yrs_per_edit_s"] { rows.append(Figure("text: replay, Yrs", yrs, .seconds)) }
        if let bytes = figures["text"]?["yrs_update_bytes"] { rows.append(Figure("text: encoded history, Yrs", bytes, .bytes)) }
        if let load = figures["textload"]?["loro_load_ms"] { rows.append(Figure("text: load, Loro", load, .milliseconds)) }
        if let load = figures["textload"]?["yrs_load_ms"] { rows.append(Figure("text: load, Yrs", load, .milliseconds)) }
        for (name, key) in [("SQLite, one row", "sqlite"), ("Yrs and a row", "yrs"), ("Loro and a row", "loro")] {
            guard let rate = figures["durable"]?["\(key)_per_s"] else { continue }
            rows.append(Figure("write: a commit each, unsigned and in the clear, \(name)", rate, .perSecond))
        }
        return rows
    }
}
