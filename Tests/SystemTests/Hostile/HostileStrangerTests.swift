import Canon
import Foundation
import Ledger
import Support
import Sync
import Testing
import Transport

/// What somebody with any key, who belongs to nothing, may do to a relay.
@Suite("A stranger attacks a relay", .enabled(if: SQLite.isInstalled), .timeLimit(.minutes(10)))
struct HostileStrangerTests {
    /// A frame's length as it stands before it.
    private static func prefix(_ length: Int) -> [UInt8] { withUnsafeBytes(of: UInt32(length).bigEndian, Array.init) }

    @Test("slow and silent connections hold nobody up")
    func slow() async throws {
        var generator = SeededGenerator(seed: 1)
        try await BesiegedRelay.with { besieged in
            let (siege, address) = (besieged.siege, besieged.address)
            let stranger = try Attacker.stranger(to: address, using: &generator)
            try await siege.withstands("TLS handshakes that never begin") { others in
                // More than one address may have, from several.
                let sockets = try (2..<6).map { try RawSockets(100, from: "127.0.0.\($0)", to: address.endpoint.port) }
                try await others()
                withExtendedLifetime(sockets) {}
            }
            try await siege.withstands("TLS handshakes of one byte at a time") { others in
                let sockets = try RawSockets(60, from: "127.0.0.2", to: address.endpoint.port, saying: [22, 3, 1, 2, 0, 1])
                async let rest: Void = others()
                // Handshakes have a deadline, however busy they look.
                try await eventually(within: .seconds(60)) { sockets.say(0) == 0 }
                try await rest
            }
            try await siege.withstands("greetings that never come") { others in
                try await stranger.swarm(while: others) { for try await _ in $0.frames {} }
            }
            try await siege.withstands("a frame of one byte at a time") { others in
                let slow = try RawTLS(stranger.keys, to: address)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    let bytes = Self.prefix(SyncLimits.frame) + [UInt8](repeating: 0, count: 5_000)
                    for _ in 0..<Attacker.connections { group.addTask { try? await slow.trickle(bytes) } }
                    try await others()
                    group.cancelAll()
                }
            }
            try await siege.withstands("frames that are cut off") { others in
                let cut = try RawTLS(stranger.keys, to: address)
                async let rest: Void = others()
                for length in 1...60 {
                    try? await cut.trickle(
                        Self.prefix(length * 1_000) + [UInt8](repeating: 0, count: length * 999), inPartsOf: 10_000)
                }
                try await rest
            }
        }
    }

    @Test("floods are refused, and fill neither memory nor disk")
    func floods() async throws {
        var generator = SeededGenerator(seed: 2)
        try await BesiegedRelay.with { besieged in
            let (siege, address) = (besieged.siege, besieged.address)
            let stranger = try Attacker.stranger(to: address, using: &generator)
            let unknown = (0..<9_000).map { _ in SpaceID(.random(using: &generator)) }
            let id = ChangeID(.random(using: &generator))
            let tip = Tip(device: stranger.keys.device, seq: 0, id: id)
            let leaves = unknown.sorted().prefix(SyncLimits.spaces).map { SpaceDigest(space: $0, digest: 1) }
            let node = [UInt64](repeating: 1, count: SpaceTrie.children)
            let digests = Array(repeating: Bytes32.zero, count: SyncLimits.chunks)
            let floods: [(name: String, isReading: Bool, frames: [Frame])] = [
                ("the same question, its answers unread", false, Array(repeating: .node(prefix: [], node), count: 9_000)),
                ("unknown spaces, the answers unread", false, unknown.map { .tips($0, [tip]) }),
                (
                    "unknown attachments", true,
                    unknown.map { .wantBlob($0, BlobID(.zero), chunks: Array(repeating: 1, count: 90)) }
                ),
                ("signs of life", true, Array(repeating: .alive, count: 20_000)),
                ("words that nothing is left to do", true, Array(repeating: .done(received: 0, sequence: 0), count: 20_000)),
                ("lists of chunks", true, Array(repeating: .chunkList(BlobID(.zero), digests), count: 20)),
                ("lists of spaces", true, Array(repeating: .leaves(prefix: [], leaves), count: 20)),
            ]
            for flood in floods {
                try await siege.withstands(flood.name) {
                    try await stranger.flood(8, with: flood.frames, isReading: flood.isReading, while: $0)
                }
            }
            try await siege.withstands("proofs that prove nothing") { others in
                let key = try SigningKey(seed: .random(using: &generator))
                let claim = try Claim(by: key, prover: stranger.keys.device, verifier: stranger.keys.device)
                let greeting = Attacker.greeting(claims: Array(repeating: claim, count: SyncLimits.claims)).encoded
                try await stranger.swarm(8, while: others) { connection in
                    try await connection.send(greeting)
                    for try await _ in connection.frames { return }
                }
            }
            try await siege.withstands("connections without end") { others in
                try await stranger.swarm(while: others) { _ in }
            }
            try await siege.withstands("lists inside lists") { others in
                let frame = [UInt8](repeating: 0x81, count: SyncLimits.frame)
                try await stranger.swarm(8, while: others) { connection in
                    try await connection.send(frame)
                    for try await _ in connection.frames {}
                }
            }
            try await siege.withstands("forged receipts") { others in
                let ids = (0..<LedgerLimits.receipt).map { _ in ChangeID(.random(using: &generator)) }
                let receipt = try Receipt(by: stranger.keys.signing, incarnation: .zero, time: 0, changes: ids)
                let answers = try await stranger.tell([.receipt(receipt)])
                #expect(answers.contains { if case .refusal = $0 { true } else { false } })
                try await others()
                #expect(try await besieged.number("SELECT count(*) FROM receipt") == 0)
            }
        }
    }
}
