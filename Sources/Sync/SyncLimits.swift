/// Limits of the sync protocol; a peer that exceeds one is told so and disconnected.
package enum SyncLimits {
    /// One frame, in bytes; also what the transport carries.
    package static let frame = 1_024 * 1_024
    /// A frame of changes is closed once it has this many bytes, so that progress is steady.
    package static let fullFrame = 512 * 1_024
    /// Changes in one frame.
    package static let changes = 4_096
    /// Spaces in one list.
    package static let spaces = 4_096
    /// A subtree of at most this many spaces is compared by listing it, and so many that changed by their tips.
    package static let leaves = 16
    /// Branches of one device's log that are named.
    package static let tips = 4_096
    /// Proofs of invites and persons in one greeting.
    package static let claims = 64
    /// Bytes of an encrypted chunk of an attachment.
    package static let chunk = 256 * 1_024
    /// Chunks of one attachment: 6 GiB.
    package static let chunks = 24_576
    /// Times a session asks again for one space after changes came without what they build on.
    package static let retries = 3
    /// Bytes of a sentence that a peer sends as the reason for ending the session.
    package static let reason = 1_024
    /// Frames and streams that wait until the peer takes them.
    package static let outgoing = 8_192
    /// Spaces of which a session has asked for the changes and has no answer yet.
    package static let openSpaces = 8_192
    /// Last changes of logs that a session remembers the peer to have, of all spaces together.
    package static let heldTips = 16_384
    /// Spaces that a session refuses before it ends.
    package static let refusedSpaces = 64
    /// Attachments that are fetched at the same time.
    package static let blobsAtOnce = 8
    /// Attachments that a peer asked for in vain and is told of once they are here.
    package static let wishes = 256
}
