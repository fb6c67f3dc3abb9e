import Agreement
import Foundation
import GRDB
import HandselKit
import Ledger
import Replica
import Store
import Support

/// A freelancer's replica after years: what a command costs in it, and what the program needs that keeps it in sync.
struct HomeRows {
    /// The command itself, as it is installed.
    let handsel: String
    let contracts: Int
    let changes: Int

    private static let runs = 9
    /// Looks, two milliseconds apart, at which the memory has to be the same.
    private static let steadyLooks = 500

    func figures() async throws -> [Figure] {
        let scratch = try Scratch()
        let home = scratch.path("home")
        try await fill(home)
        let expected = contracts
        let list = try median(of: Self.runs) {
            let lines = try output(of: [handsel, "contract", "list", "--home", home]).split(separator: UInt8(ascii: "\n"))
            guard lines.count == expected + 1 else { throw Failure(description: "The list has \(lines.count) lines.") }
        }
        let version = try median(of: Self.runs) { _ = try output(of: [handsel, "--version"]) }
        let size = "\(contracts) contracts, \(changes) changes"
        return [
            Figure("home: `contract list`, \(size)", 1_000 * list, .milliseconds, wanted: "at most 60"),
            Figure("home: `--version`, what starting alone takes", 1_000 * version, .milliseconds),
            Figure("home: memory of `up` at rest, \(size)", try await memory(home) / 1_048_576, .mebibytes, wanted: "at most 60"),
        ]
    }

    /// The seconds of `contract list` alone.
    func listSeconds() async throws -> Double {
        let scratch = try Scratch()
        let home = scratch.path("home")
        try await fill(home)
        return try median(of: Self.runs) { _ = try output(of: [handsel, "contract", "list", "--home", home]) }
    }

    private func fill(_ home: String) async throws {
        let node = try await Node.create(home: home, name: "Ada", relay: nil).node
        let replica = await node.replica
        for number in 0..<contracts {
            let contract = try await node.offer(
                OfferRequest(
                    title: "Contract \(number)", role: "client", currency: "EUR",
                    milestones: [MilestoneRequest(title: "Design", amount: "500.00", due: nil)]))
            var work = Work(seed: UInt64(number), from: 0)
            let space = try replica.resolve(contract.id)
            try replica.commit(in: space) { composer in
                for _ in 0..<changes / contracts { try composer.write([.edit(.message(text: work.words(12), files: []))]) }
            }
        }
        try replica.store.database.close()
    }

    /// The bytes in memory of a node that waits, once they have not changed for a second.
    private func memory(_ home: String) async throws -> Double {
        let process = Process()
        process.executableURL = URL(filePath: handsel)
        process.arguments = ["up", "--listen", "127.0.0.1:0", "--home", home]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        defer {
            process.terminate()
            process.waitUntilExit()
        }
        let file = "/proc/\(process.processIdentifier)/statm"
        var (last, steady) = (0, 0)
        try await eventually(within: .seconds(60)) {
            let pages = try String(contentsOfFile: file, encoding: .utf8).split(separator: " ")
            let resident = pages.count > 1 ? Int(pages[1]) ?? 0 : 0
            (last, steady) = (resident, resident == last ? steady + 1 : 0)
            return steady == Self.steadyLooks
        }
        return Double(last * 4_096)
    }
}
