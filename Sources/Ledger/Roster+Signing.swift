extension Roster {
    /// In which role a device signs acts.
    ///
    /// An agent and a mediator sign on one device alone, so that what they sign is one line.
    package func signingRole(of device: DeviceID) -> Role? {
        guard let role = role(of: device) else { return nil }
        guard role == .agent || role == .mediator else { return role }
        return self.device(in: role) == device ? role : nil
    }
}
