import ArgumentParser
import HandselKit

/// `handsel relay`: the relays that one uses, and running one.
struct RelayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "relay",
        abstract: "Manage the relays that you sync through, or run one.",
        discussion: """
            A relay keeps changes for devices that are away, and can read none of them.

            Example:
              handsel relay add \(RelayAddress.link)
            """,
        subcommands: [
            RelayRun.self, AddressAdd<RelayAddress>.self, AddressList<RelayAddress>.self, AddressRemove<RelayAddress>.self,
        ])

    @OptionGroup var options: GlobalOptions
}
