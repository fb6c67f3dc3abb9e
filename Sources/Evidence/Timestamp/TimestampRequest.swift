import LibCrypto

/// What a timestamp authority is asked to sign, and so what its response has to be about (RFC 3161, section 2.4.1).
package struct TimestampRequest: Equatable, Sendable {
    /// The request as DER: the SHA-256 of the data, the nonce, and the wish for the authority's certificate.
    package let der: [UInt8]

    /// A nonce ties a response to its request; who checks a response later and was not there leaves it out.
    package init(of bytes: [UInt8], nonce: UInt64?) throws(TimestampError) {
        guard let imprint = TS_MSG_IMPRINT_new() else { throw .outOfMemory }
        defer { TS_MSG_IMPRINT_free(imprint) }
        guard let algorithm = X509_ALGOR_new() else { throw .outOfMemory }
        defer { X509_ALGOR_free(algorithm) }
        guard let request = TS_REQ_new() else { throw .outOfMemory }
        defer { TS_REQ_free(request) }

        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var size: UInt32 = 0
        guard EVP_Digest(bytes, bytes.count, &digest, &size, EVP_sha256(), nil) == 1,
            X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, nil) == 1,
            TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1,
            TS_MSG_IMPRINT_set_msg(imprint, &digest, Int32(size)) == 1,
            TS_REQ_set_version(request, 1) == 1,
            TS_REQ_set_msg_imprint(request, imprint) == 1,
            TS_REQ_set_cert_req(request, 1) == 1
        else { throw .outOfMemory }
        if let nonce {
            guard let number = ASN1_INTEGER_new() else { throw .outOfMemory }
            defer { ASN1_INTEGER_free(number) }
            guard ASN1_INTEGER_set_uint64(number, nonce) == 1, TS_REQ_set_nonce(request, number) == 1 else { throw .outOfMemory }
        }

        var encoding: UnsafeMutablePointer<UInt8>?
        let count = i2d_TS_REQ(request, &encoding)
        guard let encoding, count > 0 else { throw .outOfMemory }
        defer { CRYPTO_free(encoding, nil, 0) }
        der = Array(UnsafeBufferPointer(start: encoding, count: Int(count)))
    }
}
