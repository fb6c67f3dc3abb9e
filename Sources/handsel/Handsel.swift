import ArgumentParser
import Foundation
import HandselKit

/// The command `handsel`.
@main
struct Handsel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "handsel",
        abstract: "Contracts, messages and hours that each side keeps a copy of.",
        discussion: """
            A client and a freelancer each hold their own replica, work offline for as long as they like, and sync \
            directly, through a relay that can read none of it, or by file.

            Start with:
              handsel init --name "Ada Freelancer"

            Wherever a CONTRACT is asked for, its title, its id or an unambiguous beginning of either will do.
            """,
        version: "0.1.0",
        groupedSubcommands: [
            CommandGroup(
                name: "THIS DEVICE",
                subcommands: [
                    InitCommand.self, RecoverCommand.self, DeviceCommand.self, WhoAmICommand.self, PassphraseCommand.self,
                    DoctorCommand.self,
                    DemoCommand.self,
                ]),
            CommandGroup(
                name: "CONTRACTS",
                subcommands: [
                    ContractCommand.self, MilestoneCommand.self, DiaryCommand.self, MessageCommand.self, FileCommand.self,
                ]),
            CommandGroup(name: "MONEY", subcommands: [BalanceCommand.self, PayoutCommand.self, AgentCommand.self]),
            CommandGroup(name: "PROOF", subcommands: [ExportCommand.self, VerifyCommand.self]),
            CommandGroup(
                name: "THE OTHER SIDE",
                subcommands: [
                    InviteCommand.self, JoinCommand.self, SyncCommand.self, StatusCommand.self, UpCommand.self, PeerCommand.self,
                    RelayCommand.self, BundleCommand.self,
                ]),
        ])

    @OptionGroup var options: GlobalOptions

    /// Runs a command, and ends the process with 0 if it is done, 1 if it was refused, 2 if it was not understood, and 3 if
    /// data is damaged or cannot be verified.
    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            Foundation.exit(Failure(error).report())
        }
    }
}
