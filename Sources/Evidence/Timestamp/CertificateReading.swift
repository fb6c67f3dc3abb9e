import LibCrypto

/// Certificates as PEM text, one after the other.
enum CertificateReading {
    /// Hands each certificate to `take`, which keeps a reference of its own and returns 1.
    static func certificates(in text: String, take: (OpaquePointer) -> Int32) throws(TimestampError) {
        let bytes = Array(text.utf8)
        guard let memory = BIO_new(BIO_s_mem()) else { throw .outOfMemory }
        defer { BIO_free(memory) }
        guard bytes.isEmpty || BIO_write(memory, bytes, Int32(clamping: bytes.count)) == bytes.count else { throw .outOfMemory }
        var count = 0
        // Never asks for a passphrase: a certificate has none.
        while let certificate = PEM_read_bio_X509(memory, nil, { _, _, _, _ in -1 }, nil) {
            defer { X509_free(certificate) }
            guard take(certificate) == 1 else { throw .outOfMemory }
            count += 1
        }
        let isAtEnd = CryptoFailure.last().reason == PEM_R_NO_START_LINE
        ERR_clear_error()
        guard isAtEnd else {
            throw TimestampError(.badCertificates, "Certificate \(count + 1) of those given cannot be read: it is damaged.")
        }
        guard count > 0 else {
            throw TimestampError(.badCertificates, "There is no certificate in what was given. Give certificates as PEM.")
        }
    }
}
