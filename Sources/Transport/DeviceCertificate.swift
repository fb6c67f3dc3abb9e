import Canon
import Crypto
import Foundation
import Ledger
import NIOSSL
import SwiftASN1
import X509

/// The certificate that carries a device's key into TLS, and says nothing else.
///
/// It is the same for everyone but for the key, never expires, and names nobody. The peer looks at its key alone.
enum DeviceCertificate {
    /// What stands before the 32 bytes of an Ed25519 public key as SubjectPublicKeyInfo (RFC 8410 §4).
    static let publicKeyPrefix: [UInt8] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
    /// What stands before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410 §7).
    static let privateKeyPrefix: [UInt8] = [
        0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    /// 1 January 2000 and 31 December 9999, which RFC 5280 §4.1.2.5 reserves for “no end”, in seconds since 1970.
    private static let validity = (from: 946_684_800.0, to: 253_402_300_799.0)

    /// The self-signed certificate of `key`.
    static func der(of key: Curve25519.Signing.PrivateKey) throws -> [UInt8] {
        let name = try DistinguishedName { CommonName("handsel") }
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(1), publicKey: Certificate.PublicKey(key.publicKey),
            notValidBefore: Date(timeIntervalSince1970: validity.from), notValidAfter: Date(timeIntervalSince1970: validity.to),
            issuer: name, subject: name, signatureAlgorithm: .ed25519, extensions: Certificate.Extensions(),
            issuerPrivateKey: Certificate.PrivateKey(key))
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return serializer.serializedBytes
    }

    /// The device whose key `certificate` carries; nil if the key is not an Ed25519 key.
    ///
    /// The key is the one that TLS itself read from the certificate and checks the handshake with, not that of a second parser.
    static func device(of certificate: NIOSSLCertificate) -> DeviceID? {
        guard let key = try? certificate.extractPublicKey().toSPKIBytes(), key.starts(with: publicKeyPrefix) else { return nil }
        return DeviceID(bytes: key.dropFirst(publicKeyPrefix.count))
    }
}
