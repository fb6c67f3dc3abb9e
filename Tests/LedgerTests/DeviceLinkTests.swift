import Canon
import Ledger
import LedgerSupport
import Support
import Testing

/// The code by which a further device comes in.
struct DeviceLinkTests {
    @Test("a code is read however it is typed, and gives the same keys")
    func written() throws {
        var generator = SeededGenerator(seed: 4)
        let link = DeviceLink(using: &generator)
        let keys = try link.keys()
        for text in [link.text, link.text.uppercased(), link.text.replacing("-", with: " "), link.text.replacing("-", with: "")] {
            let read = try DeviceLink(text: text).keys()
            #expect(read.device == keys.device && read.agreement.publicKey == keys.agreement.publicKey, "\(text)")
        }
        #expect(try DeviceLink(using: &generator).keys().device != keys.device)
    }

    @Test("a code with any other character is refused, and so is another kind of code")
    func mistyped() throws {
        var generator = SeededGenerator(seed: 5)
        let text = DeviceLink(using: &generator).text
        for index in text.indices where text[index] != "-" && text[index] != "_" && index > text.firstIndex(of: "_") ?? index {
            var wrong = text
            wrong.replaceSubrange(index...index, with: text[index] == "7" ? "8" : "7")
            #expect(throws: LedgerError(.badCode, ""), "\(wrong)") { try DeviceLink(text: wrong) }
        }
        let recovery = RecoveryCode(using: &generator).text
        #expect(throws: LedgerError(.badCode, "")) { try DeviceLink(text: recovery) }
    }
}
