import Canon
package import Ledger
package import Sync

/// The one road by which a change enters: verified before, admitted here, then handed on to be opened and folded.
extension ChangeStore {
    /// Admits a peer's changes of one space, all or none.
    ///
    /// The control change that makes the sender a member may come late in a long history, so until somebody on the roster has
    /// sent to a space, anyone may; what comes is signed by those whom the roster admits all the same.
    package func ingest(_ changes: [Verified<Change>], in space: SpaceID, from peer: PeerIdentity) throws -> Ingested {
        try write { db in
            let view = try self.view(of: space, db)
            let couldShare = peer.mayShare(view.roster, at: clock())
            let build = try keeper.receive(changes.map(\.value), in: view)
            let (admitted, known) = try admit(changes, into: view)
            if couldShare || peer.mayShare(view.roster, at: clock()) {
                try view.vouch()
            } else if view.isVouched, !admitted.isEmpty {
                throw StoreError(
                    .unwanted,
                    "\(space) is not shared with \(peer.device), so its changes were refused. "
                        + "If that is your device, it was removed, or is not let in yet.")
            }
            guard try keeper.takes(view, from: peer) else {
                throw StoreError(.unwanted, "\(space) is not wanted here, so its changes were refused.")
            }
            try limits.check(view, sentBy: peer)
            try build(admitted)
            return Ingested(admitted: admitted.map(\.change.id), known: known)
        }
    }

    /// Admits changes into a space within a transaction that is already open; the caller hands them on.
    package func admit(_ changes: [Verified<Change>], into view: SpaceView) throws -> (admitted: [Admitted], known: Int) {
        var admitted: [Admitted] = []
        var known = 0
        var isForked = false
        for change in changes {
            guard change.value.space == view.space else {
                throw LedgerError(.wrongSpace, "\(change.value.id) belongs to another space than it was sent for.")
            }
            switch try Admission.admit(change.value, history: view, control: &view.control) {
            case .known:
                known += 1
                try view.learnSignature(of: change)
            case .admitted(let placement): admitted.append(try view.insert(change, at: placement))
            case .forked(let placement):
                admitted.append(try view.insert(change, at: placement))
                isForked = true
            }
        }
        if isForked {
            // Once, however many forks came: until then the first of two twins passes for the log, which says as well who has seen what.
            try view.placeAnew()
            admitted = try admitted.map { Admitted(change: $0.change, placement: try view.placed($0.change.id)) }
        }
        if !admitted.isEmpty { try view.recordGrowth(by: admitted) }
        return (admitted, known)
    }

    /// Takes changes that this device has just signed, in the transaction in which their numbers were allocated.
    package func append(_ change: Verified<Change>, to view: SpaceView) throws -> Admitted {
        guard let admitted = try admit([change], into: view).admitted.first else {
            throw StoreError(.damaged, "The change \(change.value.id) was already stored.")
        }
        try view.vouch()
        return admitted
    }
}
