import Canon
import Crypto
import Ledger
import LedgerSupport
import Support
import Testing

@testable import HandselKit

/// The file of a device's keys: its bytes are frozen, and no other bytes are taken.
struct KeyFileTests {
    private struct Given: Codable {
        let signingSeed: String
        let agreementSecret: String
        let passphrase: String
        let logRounds: Int
        let blockSize: Int
        let parallelism: Int
        let salt: String
        let nonce: String
    }

    /// Little work, so that many files can be tried.
    private static let cost = ScryptCost(logRounds: 4, blockSize: 8, parallelism: 1)

    private static func keys() throws -> DeviceKeys {
        try DeviceKeys(
            signingSeed: try Bytes32(hex: String(repeating: "5a", count: 32)),
            agreementSecret: try Bytes32(hex: String(repeating: "c3", count: 32)))
    }

    private static func file(sealedWith text: String?, cost: ScryptCost = cost) throws -> [UInt8] {
        let seal = try text.map { try KeySeal(Passphrase($0), cost: cost, salt: .zero) }
        return try KeyFile(try keys(), seal: seal).encoded
    }

    private static func open(_ bytes: [UInt8], _ text: String) throws -> DeviceKeys {
        try KeyFile(decoding: bytes).open { try Passphrase(text) }.keys
    }

    /// Why a file is not opened; nil if it is.
    private static func refusal(of bytes: [UInt8], _ text: String = "open sesame") throws -> KeyFile.Failure? {
        do {
            _ = try open(bytes, text)
            return nil
        } catch let failure as KeyFile.Failure { return failure }
    }

    @Test("the examples, which another program has made, are written and read as they were frozen")
    func golden() throws {
        let mismatches = try GoldenVector<Given>.mismatches(in: "key-files") { given in
            let keys = try DeviceKeys(
                signingSeed: try Bytes32(hex: given.signingSeed), agreementSecret: try Bytes32(hex: given.agreementSecret))
            let cost = ScryptCost(logRounds: given.logRounds, blockSize: given.blockSize, parallelism: given.parallelism)
            let seal = try KeySeal(Passphrase(given.passphrase), cost: cost, salt: try Bytes32(hex: given.salt))
            let nonce = try ChaChaPoly.Nonce(data: bytes(hex: given.nonce))
            let plain = try KeyFile(keys, seal: nil).encoded
            let sealed = try KeyFile(keys, seal: seal, nonce: nonce).encoded
            for file in [plain, sealed] {
                let opened = try Self.open(file, given.passphrase)
                #expect(opened.signing.seed == keys.signing.seed && opened.agreement.secret == keys.agreement.secret)
            }
            return ["plain": hex(plain), "sealed": hex(sealed)]
        }
        #expect(mismatches.isEmpty, "\(mismatches)")
    }

    @Test("a file with any bit turned over is refused", arguments: [nil, "open sesame"])
    func flipped(passphrase: String?) throws {
        let good = try Self.file(sealedWith: passphrase)
        #expect(try Self.refusal(of: good) == nil)
        for place in good.indices {
            for bit in 0..<8 {
                var bad = good
                bad[place] ^= 1 << UInt8(bit)
                #expect(try Self.refusal(of: bad) != nil, "bit \(bit) of byte \(place)")
            }
        }
    }

    @Test("a file that is cut off or goes on is refused", arguments: [nil, "open sesame"])
    func length(passphrase: String?) throws {
        let good = try Self.file(sealedWith: passphrase)
        for count in 0..<good.count { #expect(try Self.refusal(of: Array(good.prefix(count))) == .damaged, "\(count) bytes") }
        #expect(try Self.refusal(of: good + [0]) == .damaged)
        #expect(good.count <= KeyFile.limit)
    }

    @Test("another passphrase does not open it, nor does none, and a plain file asks for none")
    func passphrase() throws {
        let sealed = try Self.file(sealedWith: "open sesame")
        for wrong in ["open sesam", "open sesame ", "Open sesame"] {
            #expect(try Self.refusal(of: sealed, wrong) == .wrongPassphrase)
        }
        #expect(throws: HandselError.self) { try KeyFile(decoding: sealed).open(passphrase: Node.noPassphrase) }
        #expect(try KeyFile(decoding: sealed).isSealed)
        let plain = try KeyFile(decoding: try Self.file(sealedWith: nil))
        #expect(!plain.isSealed)
        #expect(try plain.open(passphrase: Node.noPassphrase).keys.device == Self.keys().device)
    }

    @Test("a passphrase is the same however its letters are composed, and neither empty nor endless")
    func text() throws {
        #expect(try Passphrase("Z\u{fc}rich") == Passphrase("Zu\u{308}rich"))
        #expect(try Passphrase("Zurich") != Passphrase("Zu\u{308}rich"))
        #expect(try Passphrase(String(repeating: "a", count: Passphrase.limit)).bytes.count == Passphrase.limit)
        for text in ["", String(repeating: "a", count: Passphrase.limit + 1)] {
            #expect(throws: HandselError.self) { try Passphrase(text) }
        }
    }

    /// A sealed file that asks for some work, as nobody but an attacker writes it.
    private static func file(logRounds: UInt64, blockSize: UInt64, parallelism: UInt64, version: UInt64 = 1) -> [UInt8] {
        CBORWriter.encode { writer in
            writer.array(5)
            writer.text("handsel/device-keys")
            writer.unsigned(version)
            writer.array(5)
            for number in [logRounds, blockSize, parallelism] { writer.unsigned(number) }
            writer.bytes32(.zero)
            for length in [12, 64, 16] { writer.bytes([UInt8](repeating: 0, count: length)) }
        }
    }

    @Test("a file that asks for more memory or time than is allowed is refused before any is spent")
    func hostile() throws {
        let allowed: [(UInt64, UInt64, UInt64)] = [(17, 8, 1), (18, 8, 1), (17, 16, 1), (14, 8, 16), (1, 1, 1)]
        for (rounds, size, lanes) in allowed {
            _ = try KeyFile(decoding: Self.file(logRounds: rounds, blockSize: size, parallelism: lanes))
        }
        let refused: [(UInt64, UInt64, UInt64)] = [
            (19, 8, 1), (20, 8, 1), (21, 1, 1), (63, 1, 1), (64, 1, 1), (.max, 1, 1), (18, 16, 1), (17, 17, 1), (17, .max, 1),
            (17, 8, 3), (10, 1, 17), (17, 8, .max), (0, 8, 1), (17, 0, 1), (17, 8, 0),
        ]
        for (rounds, size, lanes) in refused {
            let file = Self.file(logRounds: rounds, blockSize: size, parallelism: lanes)
            var isAsked = false
            #expect(throws: KeyFile.Failure.damaged, "\(rounds), \(size), \(lanes)") {
                try KeyFile(decoding: file).open {
                    isAsked = true
                    return try Passphrase("open sesame")
                }
            }
            #expect(!isAsked)
        }
        #expect(ScryptCost.standard.isAllowed && ScryptCost.standard.memory == 128 << 20)
    }

    @Test("a file of a newer version is not taken for a damaged one")
    func newer() throws {
        let file = Self.file(logRounds: 17, blockSize: 8, parallelism: 1, version: 2)
        #expect(try Self.refusal(of: file) == .newerVersion)
    }

    @Test("two files of the same keys and passphrase have nothing secret in common")
    func fresh() throws {
        let seal = try KeySeal(Passphrase("open sesame"), cost: Self.cost, salt: .zero)
        let files = try (0..<2).map { _ in try KeyFile(try Self.keys(), seal: seal).encoded }
        #expect(files[0] != files[1] && files[0].suffix(82) != files[1].suffix(82))
        #expect(try files.allSatisfy { try Self.refusal(of: $0) == nil })
    }
}
