package import Canon

/// A change's id: SHA-256 over its header.
package struct ChangeID: Identifier {
    package static let prefix = "change"
    package let raw: Bytes32
    package init(_ raw: Bytes32) { self.raw = raw }
}

/// A space's id, which is the id of its genesis.
package struct SpaceID: Identifier {
    package static let prefix = "space"
    package let raw: Bytes32
    package init(_ raw: Bytes32) { self.raw = raw }
    package init(genesis: ChangeID) { self.init(genesis.raw) }
}

/// A device: its Ed25519 public key (RFC 8032), which is also its TLS key.
package struct DeviceID: Identifier {
    package static let prefix = "device"
    package let raw: Bytes32
    package init(_ raw: Bytes32) { self.raw = raw }
}

/// A person: the Ed25519 public key that certifies devices.
package struct PersonID: Identifier {
    package static let prefix = "person"
    package let raw: Bytes32
    package init(_ raw: Bytes32) { self.raw = raw }
}

/// An encrypted attachment: the digest of its list of chunk digests.
package struct BlobID: Identifier {
    package static let prefix = "blob"
    package let raw: Bytes32
    package init(_ raw: Bytes32) { self.raw = raw }
}

/// An element of a document: the change that inserted it, and its place among the elements of that change.
///
/// The change is named by id, not by device and sequence number, so that both branches of a fork have elements of their own.
package struct ElementID: Hashable, Comparable, Sendable {
    package let change: ChangeID
    package let index: UInt32

    package init(change: ChangeID, index: UInt32) {
        self.change = change
        self.index = index
    }

    package static func < (first: ElementID, second: ElementID) -> Bool {
        first.change == second.change ? first.index < second.index : first.change < second.change
    }
}
