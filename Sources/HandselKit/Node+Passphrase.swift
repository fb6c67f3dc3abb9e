import Foundation
import Replica

/// The device's key file, and where the replica lies.
extension Node {
    /// Seals the device's key file with a passphrase in place of any other; without one, leaves it plain.
    ///
    /// The replica itself is not sealed: it holds the keys of its contracts, and its owner alone reads it.
    public func setPassphrase(_ passphrase: Passphrase?) throws {
        let seal = try passphrase.map { try KeySeal($0) }
        try home.save(replica.keys.device, seal: seal)
        self.seal = seal
    }

    /// For who has no passphrase to give.
    public static let noPassphrase: @Sendable () throws -> Passphrase = {
        throw HandselError(
            .locked,
            "The device's key file is sealed with a passphrase, and there is no terminal to ask for it. Name a file that holds it "
                + "with --passphrase-file or HANDSEL_PASSPHRASE_FILE.")
    }

    /// Whether this is the replica that its device has always written to, or a copy, which is read alone.
    public nonisolated var whereabouts: Whereabouts { replica.whereabouts }
}
