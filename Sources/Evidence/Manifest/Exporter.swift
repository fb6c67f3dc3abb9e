import Canon
import Crypto
import Foundation
package import Ledger

/// Who exported a history: a device of a member.
package struct Exporter: Hashable, Sendable {
    package let device: DeviceID
    package let person: PersonID

    package init(device: DeviceID, person: PersonID) {
        self.device = device
        self.person = person
    }
}

extension DeviceID {
    /// SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410 §4).
    private static let prefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]

    /// The key in the one PEM form (RFC 7468) that this format knows: a single line of base64, and a newline at the end.
    var publicKeyPEM: [UInt8] {
        let base64 = Data(Self.prefix + bytes).base64EncodedString()
        return Array("-----BEGIN PUBLIC KEY-----\n\(base64)\n-----END PUBLIC KEY-----\n".utf8)
    }

    /// Whether `signature` is this device's over `bytes` themselves, without any structure around them.
    func hasSigned(_ bytes: [UInt8], with signature: [UInt8]) -> Bool {
        guard signature.count == COSESign1.signatureLength,
            let key = try? Curve25519.Signing.PublicKey(rawRepresentation: self.bytes)
        else { return false }
        return key.isValidSignature(signature, for: bytes)
    }
}

extension DeviceKeys {
    /// A plain Ed25519 signature, which stock tools check.
    ///
    /// A manifest begins with `{`, every COSE structure that this key signs with the byte 84, so neither is taken for the other.
    func signature(ofManifest manifest: [UInt8]) throws(EvidenceError) -> [UInt8] {
        do { return Array(try signing.key.signature(for: manifest)) } catch {
            throw EvidenceError(.refused, "The manifest could not be signed: \(error).")
        }
    }
}
