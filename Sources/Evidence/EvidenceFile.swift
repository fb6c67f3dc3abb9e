/// The files of an exported history.
package enum EvidenceFile {
    package static let changes = "changes.cbor"
    package static let json = "history.json"
    package static let page = "history.html"
    package static let guide = "VERIFY.md"
    package static let key = "exporter.pem"
    package static let manifest = "manifest.json"
    package static let signature = "manifest.sig"
    /// An authority's response (RFC 3161) over the manifest; it may be missing.
    package static let timestamp = "manifest.tsr"

    /// What the manifest names by its digest.
    static let digested = [changes, json, page, guide, key]
    /// What has to be there.
    static let required = digested + [manifest, signature]
    /// What may be there.
    package static let all = required + [timestamp]
}
