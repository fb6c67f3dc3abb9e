import LibCrypto

/// What a function of libcrypto that failed left behind.
struct CryptoFailure {
    let reason: Int32
    /// What happened, in libcrypto's words, and to what.
    let sentence: String
    let details: String

    /// The newest error of this thread.
    static func last() -> CryptoFailure {
        var data: UnsafePointer<CChar>?
        var flags: Int32 = 0
        let error = ERR_peek_last_error_data(&data, &flags)
        let reason = ERR_reason_error_string(error).map { String(cString: $0) } ?? "unknown error"
        let details = data.map { ASN1.onOneLine(String(cString: $0)) } ?? ""
        return CryptoFailure(
            reason: ERR_GET_REASON(error), sentence: details.isEmpty ? reason : "\(reason) (\(details))", details: details)
    }
}
