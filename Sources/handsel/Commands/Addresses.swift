import ArgumentParser
import HandselKit

/// What one of the two kinds of address is called.
protocol AddressKind {
    static var isRelay: Bool { get }
    static var noun: String { get }
    static var plural: String { get }
    static var link: String { get }
}

/// Other devices, dialled directly.
enum PeerAddress: AddressKind {
    static let isRelay = false
    static let noun = "peer"
    static let plural = "peers"
    static let link = "handsel-peer://device_…@192.168.1.20:7444"
}

/// Relays, which keep and pass on what they cannot read.
enum RelayAddress: AddressKind {
    static let isRelay = true
    static let noun = "relay"
    static let plural = "relays"
    static let link = "handsel-relay://device_…@relay.example.org:7443"
}

/// `handsel peer`: devices that are dialled directly.
struct PeerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "peer",
        abstract: "Manage the devices that you sync with directly.",
        discussion: """
            A device is reachable while `handsel up --listen HOST:PORT` runs on it, which prints its link.

            Example:
              handsel peer list
            """,
        subcommands: [AddressAdd<PeerAddress>.self, AddressList<PeerAddress>.self, AddressRemove<PeerAddress>.self])

    @OptionGroup var options: GlobalOptions
}

/// The commands `handsel peer add` and `handsel relay add`.
struct AddressAdd<Kind: AddressKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "add",
            abstract: "Remember a \(Kind.noun) to sync with.",
            discussion: """
                The link has the key in it that the \(Kind.noun) must show, so nobody else can take its place.

                Example:
                  handsel \(Kind.noun) add \(Kind.link)
                """)
    }

    @Argument(help: "The link.")
    var url: String

    @Option(help: "What to call it. (default: its host and port)")
    var name: String?

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let address = try await options.open().addAddress(url, name: name, isRelay: Kind.isRelay)
        try options.show(address) { page in
            page.line("The \(Kind.noun) \(address.name, .bold) is remembered. `handsel sync` reaches it.")
        }
    }
}

/// The commands `handsel peer list` and `handsel relay list`.
struct AddressList<Kind: AddressKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "list",
            abstract: "List the \(Kind.plural) that you sync with.",
            discussion: """
                Example:
                  handsel \(Kind.noun) list
                """)
    }

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let addresses = try await options.open().addresses(isRelay: Kind.isRelay)
        try options.show([Kind.plural: addresses]) { page in
            guard !addresses.isEmpty else {
                return page.line("You know no \(Kind.noun) yet. Add one with `handsel \(Kind.noun) add LINK`.")
            }
            page.addresses(addresses)
        }
    }
}

/// The commands `handsel peer remove` and `handsel relay remove`.
struct AddressRemove<Kind: AddressKind>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "remove",
            abstract: "Forget a \(Kind.noun).",
            discussion: """
                What it holds stays there; it is only no longer asked.

                Example:
                  handsel \(Kind.noun) remove \(Kind.link)
                """)
    }

    @Argument(help: "The link or the name.")
    var address: String

    @OptionGroup var options: GlobalOptions

    func run() async throws {
        let removed = try await options.open().removeAddress(address, isRelay: Kind.isRelay)
        try options.show(removed) { page in page.line("The \(Kind.noun) \(removed.name, .bold) is forgotten.") }
    }
}

extension Page {
    /// Each address with how the last sync went, and its link in full, which is there to be copied.
    mutating func addresses(_ addresses: [AddressView]) {
        for address in addresses {
            line("  \(address.name, .bold)  \(address.lastSync.map { "last synced \(UTC.text($0))" } ?? "not synced yet")")
            if let error = address.lastError { line("    \(error, .bad)") }
            line("    \(address.url, .faint)")
        }
    }
}
