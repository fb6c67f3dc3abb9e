import Canon
import Ledger

extension Subject {
    static let changes = [
        Subject("headers") { bytes in
            try promise(try Header(decoding: bytes).encoded == bytes, "A header is written otherwise than it was read.")
        },
        Subject("changes") { bytes in
            var reader = CBORReader(bytes.span)
            let change = try consistent(&reader)
            try reader.finish()
            let written = CBORWriter.encode { $0.change(change) }
            var again = CBORReader(written.span)
            let read = try again.change()
            try promise(read.id == change.id && again.isAtEnd, "A change has another id once it has travelled.")
            _ = Verification.verify([read, change])
            guard let key = read.changeKey(epochKey: nil) else { return }
            _ = try read.open(changeKey: key)
            _ = try Admission.controlOperations(of: read)
        },
        Subject("bodies") { bytes in
            try promise(Body.encode(try Body.decode(bytes)) == bytes, "A body is written otherwise than it was read.")
        },
        Subject("control") { bytes in
            for operation in try Body.decode(bytes) {
                guard let control = try ControlOperation(operation) else { throw Refused() }
                try promise(control.operation == operation, "\(operation.kind) is written otherwise than it was read.")
                _ = control.certificate?.hasValidSignatures
            }
        },
        Subject("receipts") { bytes in
            let receipt = try Receipt(decoding: bytes)
            try promise(CBORWriter.encode(receipt.write) == bytes, "A receipt is written otherwise than it was read.")
            _ = receipt.isValid
        },
    ]

    /// A change as `CBORReader.change` reads it, but with the length and the digest of the body that is there, since no fuzzer
    /// finds a digest.
    @_lifetime(reader: copy reader)
    private static func consistent(_ reader: inout CBORReader) throws -> Change {
        try reader.array(of: 3)
        var header = try Header(decoding: try reader.bytes(limit: LedgerLimits.header))
        let signature = try reader.skipNull() ? nil : try reader.signature()
        let body = try reader.bytes(limit: LedgerLimits.body)
        header.bodyLength = body.count
        header.bodyDigest = Derivation.sha256(body)
        header.commitment = Derivation.commitment(changeKey: header.salt, plaintext: body)
        return Change(header: header, signature: signature, body: body)
    }
}
