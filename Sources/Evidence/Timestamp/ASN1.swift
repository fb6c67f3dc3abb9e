import LibCrypto

/// From libcrypto's values of ASN.1 to Swift's.
enum ASN1 {
    /// More than any honest name or identifier takes.
    private static let maximumText = 1024

    /// What `decode` makes of all of `bytes`; nil where it fails or leaves bytes over.
    static func decoded(
        _ bytes: [UInt8], by decode: (inout UnsafePointer<UInt8>?, Int) -> OpaquePointer?, free: (OpaquePointer?) -> Void
    ) -> OpaquePointer? {
        bytes.withUnsafeBufferPointer { buffer in
            var rest = buffer.baseAddress
            guard !buffer.isEmpty, let object = decode(&rest, buffer.count) else { return nil }
            guard rest == buffer.baseAddress?.advanced(by: buffer.count) else {
                free(object)
                return nil
            }
            return object
        }
    }

    /// What `print` writes.
    static func printed(_ print: (OpaquePointer) -> Int32) -> String {
        guard let memory = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(memory) }
        guard print(memory) >= 0 else { return "" }
        var text = [UInt8](repeating: 0, count: maximumText)
        let count = BIO_read(memory, &text, Int32(text.count))
        return onOneLine(String(decoding: text.prefix(Int(max(count, 0))), as: UTF8.self))
    }

    /// Another's text without what could move a cursor or hide a part of it.
    static func onOneLine(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: text.unicodeScalars.filter { ![.control, .format].contains($0.properties.generalCategory) })
        return String(scalars)
    }

    /// An object identifier as numbers with dots.
    static func dotted(_ identifier: OpaquePointer?) -> String {
        var text = [CChar](repeating: 0, count: maximumText)
        OBJ_obj2txt(&text, Int32(text.count), identifier, 1)
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// A GeneralizedTime in milliseconds since 1970, UTC.
    static func milliseconds(_ time: UnsafePointer<ASN1_GENERALIZEDTIME>?) -> Int64? {
        guard let epoch = ASN1_TIME_set(nil, 0) else { return nil }
        defer { ASN1_TIME_free(epoch) }
        var days: Int32 = 0
        var seconds: Int32 = 0
        guard let time, ASN1_TIME_diff(&days, &seconds, epoch, time) == 1, let text = ASN1_STRING_get0_data(time) else {
            return nil
        }
        let whole = (Int64(days) * 86_400 + Int64(seconds)) * 1000
        // libcrypto checks the fraction of a second, and leaves it out.
        let zero = UInt8(ascii: "0")
        let fraction = UnsafeBufferPointer(start: text, count: Int(ASN1_STRING_length(time)))
            .drop { $0 != UInt8(ascii: ".") }.dropFirst().prefix { (zero...zero + 9).contains($0) }
        return zip(fraction, [100, 10, 1]).reduce(whole) { $0 + Int64($1.0 - zero) * $1.1 }
    }
}
