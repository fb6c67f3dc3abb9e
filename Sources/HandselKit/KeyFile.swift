import Canon
import Crypto
import Ledger

/// The bytes of a key file: one canonical CBOR array of the device's two private keys, plain or sealed with a passphrase.
///
///     key-file = ["handsel/device-keys", 1, lock, keys: bstr .size 64, check: bstr]
///     lock     = null / [log2 N, r, p, salt: bstr .size 32, nonce: bstr .size 12]
///
/// `keys` is the seed of the Ed25519 key and the secret of the X25519 key; all bytes before it are the header. In a plain file
/// `check` is the SHA-256 of header and keys. In a sealed one the keys are encrypted with ChaCha20-Poly1305 (RFC 8439) under the
/// key that scrypt makes of the passphrase, with the header as associated data, and `check` is the tag.
struct KeyFile: Sendable {
    enum Failure: Error {
        case damaged, newerVersion, wrongPassphrase
    }

    /// The longest file that is read, in bytes.
    static let limit = 512

    private static let label = "handsel/device-keys"
    private static let version: UInt64 = 1
    private static let keysLength = 2 * Bytes32.count
    private static let nonceLength = 12
    private static let tagLength = 16

    private struct Lock {
        let cost: ScryptCost
        let salt: Bytes32
        let nonce: [UInt8]
    }

    private let header: [UInt8]
    private let lock: Lock?
    private let keys: [UInt8]
    private let check: [UInt8]

    var isSealed: Bool { lock != nil }
}

extension KeyFile {
    /// A new file of `keys`, sealed if there is a seal.
    init(_ keys: DeviceKeys, seal: KeySeal?, nonce: ChaChaPoly.Nonce = ChaChaPoly.Nonce()) throws {
        let plain = keys.signing.seed.bytes + keys.agreement.secret.bytes
        lock = seal.map { Lock(cost: $0.cost, salt: $0.salt, nonce: Array(nonce)) }
        header = Self.header(lock)
        if let seal {
            let box = try ChaChaPoly.seal(plain, using: seal.key, nonce: nonce, authenticating: header)
            (self.keys, check) = (Array(box.ciphertext), Array(box.tag))
        } else {
            (self.keys, check) = (plain, Array(SHA256.hash(data: header + plain)))
        }
    }

    private static func header(_ lock: Lock?) -> [UInt8] {
        CBORWriter.encode { writer in
            writer.array(5)
            writer.text(label)
            writer.unsigned(version)
            writer.optional(lock) { writer, lock in
                writer.array(5)
                writer.count(lock.cost.logRounds)
                writer.count(lock.cost.blockSize)
                writer.count(lock.cost.parallelism)
                writer.bytes32(lock.salt)
                writer.bytes(lock.nonce)
            }
        }
    }

    var encoded: [UInt8] {
        CBORWriter.encode { writer in
            writer.raw(header)
            writer.bytes(keys)
            writer.bytes(check)
        }
    }
}

extension KeyFile {
    /// Reads a file without opening it.
    init(decoding bytes: [UInt8]) throws(Failure) {
        do {
            var reader = CBORReader(bytes.span)
            try reader.array(of: 5)
            guard try reader.text(limit: Self.label.utf8.count) == Self.label else { throw Failure.damaged }
            let version = try reader.unsigned()
            guard version == Self.version else { throw version > Self.version ? Failure.newerVersion : .damaged }
            lock = try reader.skipNull() ? nil : Self.lock(&reader)
            header = reader.copy(0..<reader.offset)
            keys = try Self.bytes(Self.keysLength, &reader)
            check = try Self.bytes(lock == nil ? SHA256.byteCount : Self.tagLength, &reader)
            try reader.finish()
        } catch {
            throw error as? Failure ?? .damaged
        }
    }

    @_lifetime(reader: copy reader)
    private static func lock(_ reader: inout CBORReader) throws -> Lock {
        try reader.array(of: 5)
        let cost = ScryptCost(
            logRounds: try reader.count(upTo: ScryptCost.Limits.logRounds),
            blockSize: try reader.count(upTo: ScryptCost.Limits.blockSize),
            parallelism: try reader.count(upTo: ScryptCost.Limits.parallelism))
        guard cost.isAllowed else { throw Failure.damaged }
        return Lock(cost: cost, salt: try reader.bytes32(), nonce: try bytes(nonceLength, &reader))
    }

    @_lifetime(reader: copy reader)
    private static func bytes(_ count: Int, _ reader: inout CBORReader) throws -> [UInt8] {
        let bytes = try reader.bytes(limit: count)
        guard bytes.count == count else { throw Failure.damaged }
        return bytes
    }

    /// The keys, and the seal if there is one; `passphrase` is asked for only then.
    func open(passphrase: () throws -> Passphrase) throws -> (keys: DeviceKeys, seal: KeySeal?) {
        guard let lock else {
            guard Array(SHA256.hash(data: header + keys)) == check else { throw Failure.damaged }
            return (try Self.deviceKeys(keys), nil)
        }
        let seal = try KeySeal(try passphrase(), cost: lock.cost, salt: lock.salt)
        let box = try ChaChaPoly.SealedBox(nonce: ChaChaPoly.Nonce(data: lock.nonce), ciphertext: keys, tag: check)
        guard let plain = try? ChaChaPoly.open(box, using: seal.key, authenticating: header) else {
            throw Failure.wrongPassphrase
        }
        return (try Self.deviceKeys(Array(plain)), seal)
    }

    private static func deviceKeys(_ bytes: [UInt8]) throws -> DeviceKeys {
        guard let seed = Bytes32(bytes.prefix(Bytes32.count)), let secret = Bytes32(bytes.dropFirst(Bytes32.count)) else {
            throw Failure.damaged
        }
        return try DeviceKeys(signingSeed: seed, agreementSecret: secret)
    }
}
