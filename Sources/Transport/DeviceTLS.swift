import Canon
package import Crypto
package import Ledger
import NIOCore
import NIOSSL

/// A device's side of TLS: version 1.3 only, both sides showing an Ed25519 key, and the one protocol `handsel/1`.
///
/// Trust never comes from a certificate authority: a peer is the key it proves to have.
package struct DeviceTLS: Sendable {
    /// The name both sides have to agree on by ALPN (RFC 7301).
    static let protocolName = "handsel/1"

    package let device: DeviceID
    private let client: NIOSSLContext
    private let server: NIOSSLContext

    package init(_ key: Curve25519.Signing.PrivateKey) throws {
        let certificate = NIOSSLCertificateSource.certificate(
            try NIOSSLCertificate(bytes: try DeviceCertificate.der(of: key), format: .der))
        let privateKey = NIOSSLPrivateKeySource.privateKey(
            try NIOSSLPrivateKey(bytes: DeviceCertificate.privateKeyPrefix + key.rawRepresentation, format: .der))
        var client = TLSConfiguration.makeClientConfiguration()
        client.certificateChain = [certificate]
        client.privateKey = privateKey
        let server = TLSConfiguration.makeServerConfiguration(certificateChain: [certificate], privateKey: privateKey)
        self.client = try NIOSSLContext(configuration: Self.restrict(client))
        self.server = try NIOSSLContext(configuration: Self.restrict(server))
        guard let device = DeviceID(bytes: key.publicKey.rawRepresentation) else { throw CryptoKitError.incorrectKeySize }
        self.device = device
    }

    private static func restrict(_ configuration: TLSConfiguration) -> TLSConfiguration {
        var restricted = configuration
        restricted.minimumTLSVersion = .tlsv13
        restricted.maximumTLSVersion = .tlsv13
        restricted.signingSignatureAlgorithms = [.ed25519]
        restricted.verifySignatureAlgorithms = [.ed25519]
        restricted.applicationProtocols = [protocolName]
        // Makes both sides demand a certificate. Which one is right is decided by `HandshakeHandler`, not by these roots.
        restricted.certificateVerification = .noHostnameVerification
        restricted.trustRoots = .certificates([])
        restricted.shutdownTimeout = TimeAmount(TransportLimits.goodbye)
        return restricted
    }

    /// The handler for a connection this device dials; without a server name, which would only tell an observer something.
    func clientHandler(verifying verify: @escaping NIOSSLCustomVerificationCallback) throws -> NIOSSLHandler {
        try NIOSSLClientHandler(context: client, serverHostname: nil, customVerificationCallback: verify)
    }

    /// The handler for a connection this device accepts.
    func serverHandler(verifying verify: @escaping NIOSSLCustomVerificationCallback) -> NIOSSLHandler {
        NIOSSLServerHandler(context: server, customVerificationCallback: verify)
    }
}
