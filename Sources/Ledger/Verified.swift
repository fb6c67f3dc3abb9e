/// A value whose signature was checked.
///
/// Only this module makes one, and the store takes nothing else.
package struct Verified<Value: Sendable>: Sendable {
    package let value: Value
    /// Whether the value's own signature was checked, rather than one that covers it through the chain.
    package let isSignatureChecked: Bool

    fileprivate init(_ value: Value, isSignatureChecked: Bool) {
        self.value = value
        self.isSignatureChecked = isSignatureChecked
    }
}

/// Verification of changes: a valid signature by a device covers its change and all before it in the `previous` chain.
package enum Verification {
    package struct Result: Sendable {
        /// In the order given.
        package var verified: [Verified<Change>] = []
        /// Those that no valid signature covers; they are dropped and fetched again, and nobody is blamed.
        package var unproven: [ChangeID] = []
    }

    /// Checks one signature a run: each device's last change, or an earlier one where that is bad.
    package static func verify(_ changes: [Change]) -> Result {
        var proofs: [ChangeID: Bool] = [:]
        var covered: [ChangeID: DeviceID] = [:]
        for change in changes.reversed() {
            if covered[change.id] == change.header.device {
                proofs[change.id] = false
            } else if change.hasValidSignature {
                proofs[change.id] = true
            } else {
                continue
            }
            if let previous = change.header.previous { covered[previous] = change.header.device }
        }
        var result = Result()
        for change in changes {
            if let isChecked = proofs[change.id] {
                result.verified.append(Verified(change, isSignatureChecked: isChecked))
            } else {
                result.unproven.append(change.id)
            }
        }
        return result
    }
}

extension Verified where Value == Change {
    /// Signs a change of this device; what we just signed needs no second check.
    init(signing change: Change, with keys: SigningKey) throws(LedgerError) {
        self.init(change.with(try keys.sign(change.headerBytes, for: .change)), isSignatureChecked: true)
    }
}
