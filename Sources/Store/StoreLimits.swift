import Foundation
import GRDB
import Ledger
import Sync

/// How much a store takes from others; a replica, which takes only what is its own, has no such limits.
package struct StoreLimits: Sendable {
    /// Spaces that one device belongs to.
    package var spacesPerDevice: Int?
    /// Headers and bodies of one space, in bytes.
    package var bytesPerSpace: Int?
    /// Attachments of one space, in bytes.
    package var blobBytesPerSpace: Int?

    package init(spacesPerDevice: Int? = nil, bytesPerSpace: Int? = nil, blobBytesPerSpace: Int? = nil) {
        self.spacesPerDevice = spacesPerDevice
        self.bytesPerSpace = bytesPerSpace
        self.blobBytesPerSpace = blobBytesPerSpace
    }

    /// Judges a space after `peer`'s changes went in; within their transaction.
    func check(_ view: SpaceView, sentBy peer: PeerIdentity) throws {
        if let bytesPerSpace, view.bytes > bytesPerSpace {
            throw StoreError(
                .quota,
                "\(view.space) has more than the \(bytesPerSpace) bytes that this relay keeps of a space. Use another relay.")
        }
        guard let spacesPerDevice else { return }
        let count = try Int.fetchOne(view.db, sql: "SELECT count(*) FROM reader WHERE key = ?", arguments: [peer.device.data])
        guard let count, count > spacesPerDevice else { return }
        throw StoreError(
            .quota, "\(peer.device) already keeps \(spacesPerDevice) spaces on this relay, which is the most. Use another relay.")
    }

    /// Judges every space that names `blob`, once the list of its chunks is known; within the transaction that stores the list.
    func checkBlobs(ofSpacesWith blob: BlobID, _ db: Database) throws {
        guard let blobBytesPerSpace else { return }
        let chunks = try Int.fetchOne(
            db,
            sql: """
                SELECT max(chunks) FROM (
                    SELECT sum(length(digests) / 32) AS chunks FROM blob JOIN blob_use ON blob_use.blob = blob.number
                    WHERE space IN (SELECT space FROM blob_use JOIN blob ON blob.number = blob_use.blob WHERE id = ?)
                    GROUP BY space)
                """, arguments: [blob.data])
        guard (chunks ?? 0) * SyncLimits.chunk > blobBytesPerSpace else { return }
        throw StoreError(
            .quota, "The attachments of a space exceed the \(blobBytesPerSpace) bytes that this relay keeps. Use another relay.")
    }
}
