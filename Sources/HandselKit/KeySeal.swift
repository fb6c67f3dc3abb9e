import Canon
import Crypto
import CryptoExtras
import Ledger

/// What scrypt costs (RFC 7914): 128 · 2^`logRounds` · `blockSize` · `parallelism` bytes of memory, and time in proportion.
struct ScryptCost: Hashable, Sendable {
    /// N, as a power of two.
    let logRounds: Int
    /// r, in blocks of 128 bytes.
    let blockSize: Int
    /// p, how many times over.
    let parallelism: Int

    /// For new files: 128 MiB.
    static let standard = ScryptCost(logRounds: 17, blockSize: 8, parallelism: 1)

    /// What a file may ask for at most; its writer may not be its owner.
    enum Limits {
        static let logRounds = 20
        static let blockSize = 16
        static let parallelism = 16
        /// In bytes.
        static let memory = 256 << 20
    }

    var memory: Int { blockSize * parallelism << (logRounds + 7) }

    var isAllowed: Bool {
        1...Limits.logRounds ~= logRounds && 1...Limits.blockSize ~= blockSize && 1...Limits.parallelism ~= parallelism
            && memory <= Limits.memory
    }
}

/// The key that a passphrase makes, with what it is made of, so that a file can be sealed again without asking.
struct KeySeal: Sendable {
    let cost: ScryptCost
    let salt: Bytes32
    let key: SymmetricKey

    /// Takes long, which is its purpose: `cost` says how long.
    init(_ passphrase: Passphrase, cost: ScryptCost = .standard, salt: Bytes32) throws {
        self.cost = cost
        self.salt = salt
        do {
            key = try KDF.Scrypt.deriveKey(
                from: passphrase.bytes, salt: salt.bytes, outputByteCount: Bytes32.count, rounds: 1 << cost.logRounds,
                blockSize: cost.blockSize, parallelism: cost.parallelism)
        } catch {
            throw HandselError(
                .refused,
                "A passphrase takes \(cost.memory >> 20) MiB of memory, which could not be had. Close something, and try again.")
        }
    }

    /// With a salt of its own.
    init(_ passphrase: Passphrase) throws {
        var generator: any RandomNumberGenerator = SystemRandomNumberGenerator()
        try self.init(passphrase, salt: .random(using: &generator))
    }
}
