extension Roster {
    /// In which role a device signs acts now.
    package func signingRole(of device: DeviceID) -> Role? { isRemoved(device) ? nil : signingRole(of: device) { $0.last } }

    /// In which role a device signed an act, as far as its signer could know.
    ///
    /// An agent and a mediator sign on one device alone, so that what they sign is one line; a removed device's right passes on.
    package func signingRole(of device: DeviceID, knownAt past: VersionVector) -> Role? {
        signingRole(of: device) { $0.holder(knownAt: past) }
    }

    private func signingRole(of device: DeviceID, _ holder: (Succession) -> DeviceID?) -> Role? {
        guard let role = role(of: device) else { return nil }
        guard role == .agent || role == .mediator else { return role }
        return author(of: device).flatMap { serving[$0] }.flatMap(holder) == device ? role : nil
    }
}
