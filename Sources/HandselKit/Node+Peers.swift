import Canon
import Ledger
import Replica
import Transport

/// Where a peer or a relay is reached.
public struct AddressView: Codable, Hashable, Sendable {
    public let url: String
    public let name: String
    public let isRelay: Bool
    public let device: String
    public let lastSync: UInt64?
    /// Why the last attempt failed; nil if it did not.
    public let lastError: String?
}

extension Node {
    /// Remembers a relay or a peer by its link.
    public func addAddress(_ url: String, name: String?, isRelay: Bool) throws -> AddressView {
        _ = try replica.identity()
        let address = try parse(url, isRelay: isRelay)
        try replica.saveAddress(address.description, name: name ?? String(describing: address.endpoint), isRelay: isRelay)
        return try addresses(isRelay: isRelay).first { $0.url == address.description } ?? view(address, isRelay: isRelay)
    }

    private func parse(_ url: String, isRelay: Bool) throws -> DeviceAddress {
        do {
            return try DeviceAddress(parsing: url, as: isRelay ? .relay : .peer)
        } catch { throw HandselError(.usage, error.description) }
    }

    private func view(_ address: DeviceAddress, isRelay: Bool) -> AddressView {
        AddressView(
            url: address.description, name: String(describing: address.endpoint), isRelay: isRelay,
            device: address.device.description, lastSync: nil, lastError: nil)
    }

    public func addresses(isRelay: Bool) throws -> [AddressView] {
        try replica.addresses().filter { $0.isRelay == isRelay }.map { saved in
            AddressView(
                url: saved.url, name: saved.name, isRelay: isRelay,
                device: try parse(saved.url, isRelay: isRelay).device.description, lastSync: saved.lastSync,
                lastError: saved.lastError)
        }
    }

    public func removeAddress(_ urlOrName: String, isRelay: Bool) throws -> AddressView {
        let found = try addresses(isRelay: isRelay).filter { $0.url == urlOrName || $0.name == urlOrName }
        guard found.count == 1 else {
            let what = isRelay ? "relay" : "peer"
            throw HandselError(
                found.isEmpty ? .notFound : .ambiguous,
                "\"\(urlOrName)\" names \(found.isEmpty ? "no" : "more than one") \(what). `handsel \(what) list` shows them.")
        }
        try replica.removeAddress(found[0].url)
        return found[0]
    }
}
