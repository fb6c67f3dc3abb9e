import LibCrypto

/// What an authority says about when it saw some data (RFC 3161, section 2.4.2), and whether it is to be believed.
///
/// A value exists only for a response that grants a timestamp of the data and with the nonce that were asked for.
/// Whether a certificate was revoked is not looked up.
package struct Timestamp: Equatable, Sendable {
    /// How far a timestamp is to be believed.
    package enum Trust: Equatable, Sendable {
        /// The signature is good, and its certificate led to a trust anchor at the time it names.
        case trusted
        /// The response says so; nobody has checked who signed it.
        case unverified
    }

    /// No response is larger, on disk or on the wire.
    package static let maximumSize = 65_536

    package let trust: Trust
    /// Milliseconds since 1970, UTC.
    package let time: Int64
    /// In hexadecimal, as `openssl ts -reply -text` shows it; unique to the authority.
    package let serial: String
    /// The policy under which the authority works, an object identifier in dotted form.
    package let policy: String
    /// The subject of the certificate that signed, as RFC 2253 writes names; nil where the certificate is not at hand.
    package let authority: String?

    /// Reads a response, and with trust anchors checks its signature too.
    ///
    /// - Parameters:
    ///   - response: A TimeStampResp as DER.
    ///   - request: What the response has to answer.
    ///   - anchors: The root certificates to believe, as PEM. With them the result is `trusted`, or an error is thrown.
    ///   - intermediates: Further certificates, as PEM, that may be needed between the authority's and a root.
    package init(
        _ response: [UInt8], for request: TimestampRequest, anchors: String? = nil, intermediates: String = ""
    ) throws(TimestampError) {
        guard response.count <= Self.maximumSize else { throw .tooLarge }
        ERR_clear_error()
        defer { ERR_clear_error() }
        guard let reply = ASN1.decoded(response, by: { d2i_TS_RESP(nil, &$0, $1) }, free: TS_RESP_free) else {
            throw .malformed("it is not a response to a timestamp request")
        }
        defer { TS_RESP_free(reply) }
        guard let query = ASN1.decoded(request.der, by: { d2i_TS_REQ(nil, &$0, $1) }, free: TS_REQ_free) else {
            throw .outOfMemory
        }
        defer { TS_REQ_free(query) }
        guard let context = TS_REQ_to_TS_VERIFY_CTX(query, nil) else { throw .outOfMemory }
        defer { TS_VERIFY_CTX_free(context) }
        guard let certificates = handsel_x509_stack_new() else { throw .outOfMemory }
        handsel_ts_set_certificates(context, certificates)

        // First what needs no key: an error then tells other data from another signer.
        let content = UInt32(TS_VFY_VERSION | TS_VFY_IMPRINT) | (TS_REQ_get_nonce(query) == nil ? 0 : TS_VFY_NONCE)
        try Self.check(reply, content, in: context)
        guard let information = TS_RESP_get_tst_info(reply), let time = ASN1.milliseconds(TS_TST_INFO_get_time(information))
        else {
            throw .malformed("it names no time")
        }
        if let anchors {
            guard let store = X509_STORE_new() else { throw .outOfMemory }
            handsel_ts_set_store(context, store)
            try CertificateReading.certificates(in: anchors) { X509_STORE_add_cert(store, $0) }
            if !intermediates.isEmpty {
                try CertificateReading.certificates(in: intermediates) { X509_add_cert(certificates, $0, X509_ADD_FLAG_UP_REF) }
            }
            // A history is checked long after certificates have expired; they have to be valid when they were used.
            X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store), Int(time / 1000))
            try Self.check(reply, content | TS_VFY_SIGNATURE | TS_VFY_SIGNER, in: context)
        }
        trust = anchors == nil ? .unverified : .trusted
        self.time = time
        serial = ASN1.printed { TS_ASN1_INTEGER_print_bio($0, TS_TST_INFO_get_serial(information)) }
        policy = ASN1.dotted(TS_TST_INFO_get_policy_id(information))
        authority = Self.signer(of: reply, among: certificates)
    }

    private static func check(
        _ reply: OpaquePointer, _ flags: UInt32, in context: OpaquePointer
    ) throws(TimestampError) {
        TS_VERIFY_CTX_set_flags(context, Int32(flags))
        guard TS_RESP_verify_response(context, reply) != 1 else { return }
        throw TimestampError(CryptoFailure.last())
    }

    /// The subject of the certificate that the token says it was signed with.
    private static func signer(of reply: OpaquePointer, among certificates: OpaquePointer) -> String? {
        guard let signers = PKCS7_get0_signers(TS_RESP_get_token(reply), certificates, 0) else { return nil }
        defer { handsel_x509_stack_free(signers) }
        guard let signer = handsel_x509_stack_first(signers) else { return nil }
        return ASN1.printed { X509_NAME_print_ex($0, X509_get_subject_name(signer), 0, HANDSEL_NAME_FLAGS) }
    }
}

extension TimestampError {
    fileprivate init(_ failure: CryptoFailure) {
        self =
            switch failure.reason {
            case TS_R_NO_TIME_STAMP_TOKEN:
                TimestampError(.refused, "The timestamp authority refused the request: \(failure.details).")
            case TS_R_MESSAGE_IMPRINT_MISMATCH:
                TimestampError(
                    .wrongData, "The timestamp is of other data. The data were changed, or it belongs to another file.")
            case TS_R_NONCE_MISMATCH, TS_R_NONCE_NOT_RETURNED:
                TimestampError(.wrongNonce, "The timestamp answers another request than the one sent: its nonce differs.")
            case TS_R_UNSUPPORTED_VERSION: .malformed(failure.sentence)
            default:
                TimestampError(
                    .untrusted,
                    "The timestamp is not trusted: \(failure.sentence). If its authority is one to believe, give its root certificate."
                )
            }
    }
}
