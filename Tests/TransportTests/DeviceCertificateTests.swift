import Canon
import Crypto
import Ledger
import NIOSSL
import Testing

@testable import Transport

@Suite("Device certificate")
struct DeviceCertificateTests {
    @Test("carries the device's key, and is the same each time")
    func carriesKey() throws {
        let key = try deviceKey(6)
        let certificate = try DeviceCertificate.der(of: key)
        #expect(try device(of: certificate, .der) == identity(6).device)
        #expect(try identity(6).device.bytes == Array(key.publicKey.rawRepresentation))
        #expect(try DeviceCertificate.der(of: key) == certificate)
    }

    @Test("one made by OpenSSL, with other contents, stands for the device whose key it carries")
    func foreignCertificate() throws {
        #expect(try device(of: Array(Self.ed25519.utf8), .pem) == identity(6).device)
    }

    @Test("one with a key of another kind stands for no device")
    func otherKeys() throws {
        #expect(try device(of: Array(Self.p256.utf8), .pem) == nil)
    }

    private func device(of certificate: [UInt8], _ format: NIOSSLSerializationFormats) throws -> DeviceID? {
        DeviceCertificate.device(of: try NIOSSLCertificate(bytes: certificate, format: format))
    }

    /// `openssl req -x509 -subj /CN=someone`, with the key of device 6.
    private static let ed25519 = """
        -----BEGIN CERTIFICATE-----
        MIIBOjCB7aADAgECAhRu+dQiIl/Zr402MVULS0u60vixRDAFBgMrZXAwEjEQMA4G
        A1UEAwwHc29tZW9uZTAgFw0yNjExMjMyMTU2NTZaGA8yMTI2MTAzMDIxNTY1Nlow
        EjEQMA4GA1UEAwwHc29tZW9uZTAqMAUGAytlcAMhAIqHX/8es4RRV3rNWv7kBUVl
        aN18ieCQhjoFV7x69J8Xo1MwUTAdBgNVHQ4EFgQUc3ily70eGzhIDljPyB2y1Eb9
        DFswHwYDVR0jBBgwFoAUc3ily70eGzhIDljPyB2y1Eb9DFswDwYDVR0TAQH/BAUw
        AwEB/zAFBgMrZXADQQAEf+dN56nT8LAva0GPq+LZRqxh20xT6ayiqLJi3Oi8cuH7
        /jrDOoZkQHpiwhvxeWMkX/uTgsET6ENI8NrW1ZcM
        -----END CERTIFICATE-----
        """

    /// `openssl req -x509`, with a new key on the curve P-256.
    private static let p256 = """
        -----BEGIN CERTIFICATE-----
        MIIBcDCCARWgAwIBAgIUXBly/Kla3JOtWZJex3KPfs+l4ckwCgYIKoZIzj0EAwIw
        DDEKMAgGA1UEAwwBeDAgFw0yNjExMjMyMTU2NTZaGA8yMTI2MTAzMDIxNTY1Nlow
        DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABCQZbUmBGArN
        6TRxChYbUWZsXJHFpyoPkI/J5b3zDJJ/hV7VlfWZsbM7AQ3y1SKhQz64qJxnVRhp
        tc5MHaGP7xGjUzBRMB0GA1UdDgQWBBStUFh+tZNFceaZLtgjosNoOIRorTAfBgNV
        HSMEGDAWgBStUFh+tZNFceaZLtgjosNoOIRorTAPBgNVHRMBAf8EBTADAQH/MAoG
        CCqGSM49BAMCA0kAMEYCIQD6q8PUPqf4L4M6+fND6l4JDVdSSJ+rpaXfzoTAGY+1
        3wIhANhdUihoUhlUWM2uEcwHmVuyLPux9WDUwx3CCfrKDP/X
        -----END CERTIFICATE-----
        """
}
