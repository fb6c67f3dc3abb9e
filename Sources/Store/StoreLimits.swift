import Foundation
import GRDB
import Ledger
import Sync

/// How much a store takes from others; a replica, which takes only what is its own, has no limits but those on what is laborious.
package struct StoreLimits: Sendable {
    /// Control changes of one space, all of which are read whenever it grows.
    package static let controlChanges = 2_048
    /// Logs of one space, and branches of those that forked: a change may have seen all of them.
    package static let logs = 512

    /// Spaces that one device belongs to.
    package var spacesPerDevice: Int?
    /// Headers and bodies of one space, in bytes.
    package var bytesPerSpace: Int?
    /// Attachments of one space, in bytes.
    package var blobBytesPerSpace: Int?

    /// Spaces to which nobody on their roster has sent yet, of all devices together: anyone can begin those.
    package var unvouchedSpaces: Int?

    package init(
        spacesPerDevice: Int? = nil, bytesPerSpace: Int? = nil, blobBytesPerSpace: Int? = nil, unvouchedSpaces: Int? = nil
    ) {
        self.spacesPerDevice = spacesPerDevice
        self.unvouchedSpaces = unvouchedSpaces
        self.bytesPerSpace = bytesPerSpace
        self.blobBytesPerSpace = blobBytesPerSpace
    }

    /// Judges a space after `peer`'s changes went in; within their transaction.
    func check(_ view: SpaceView, sentBy peer: PeerIdentity) throws {
        guard view.logCount <= Self.logs, view.controlCount <= Self.controlChanges else {
            throw StoreError(
                .quota,
                "\(view.space) has more than the \(Self.controlChanges) membership changes or \(Self.logs) logs that are kept of a space. "
                    + "Go on in a new one.")
        }
        if let bytesPerSpace, view.bytes > bytesPerSpace {
            throw StoreError(
                .quota,
                "\(view.space) has more than the \(bytesPerSpace) bytes that this relay keeps of a space. Use another relay.")
        }
        if let unvouchedSpaces, !view.isVouched {
            let count = try Int.fetchOne(view.db.cachedStatement(sql: "SELECT count(*) FROM space WHERE NOT is_vouched"))
            guard let count, count > unvouchedSpaces else { return }
            throw StoreError(
                .quota,
                "\(peer.device) is not known to belong to \(view.space), and this relay keeps no more such spaces. "
                    + "Have a member's device send it first.")
        }
        guard let spacesPerDevice else { return }
        let count = try Int.fetchOne(
            view.db.cachedStatement(sql: "SELECT count(*) FROM reader WHERE key = ?"), arguments: [peer.device.data])
        guard let count, count > spacesPerDevice else { return }
        throw StoreError(
            .quota, "\(peer.device) already keeps \(spacesPerDevice) spaces on this relay, which is the most. Use another relay.")
    }

    /// Judges every space that names `blob`, once the list of its chunks is known; within the transaction that stores the list.
    func checkBlobs(ofSpacesWith blob: BlobID, _ db: Database) throws {
        guard let blobBytesPerSpace else { return }
        let chunks = try Int.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT max(chunks) FROM (
                        SELECT sum(length(digests) / 32) AS chunks FROM blob JOIN blob_use ON blob_use.blob = blob.number
                        WHERE space IN (SELECT space FROM blob_use JOIN blob ON blob.number = blob_use.blob WHERE id = ?)
                        GROUP BY space)
                    """), arguments: [blob.data])
        guard (chunks ?? 0) * SyncLimits.chunk > blobBytesPerSpace else { return }
        throw StoreError(
            .quota, "The attachments of a space exceed the \(blobBytesPerSpace) bytes that this relay keeps. Use another relay.")
    }
}
