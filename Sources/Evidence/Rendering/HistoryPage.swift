import Mustache

/// The file `history.html`: one page without scripts or other files, to be read and printed.
enum HistoryPage {
    static func render(_ chronicle: Chronicle) throws -> [UInt8] {
        MustacheContentTypes.register(PageText(), named: PageText.name)
        let template = try MustacheTemplate(string: template)
        return Array(template.render(Page(chronicle)).utf8)
    }

    /// The chronicle, and what the template asks about it.
    private struct Page {
        let chronicle: Chronicle
        let style = HistoryPage.style
        let heading: String
        let hasWeeks: Bool
        let hasInvoices: Bool
        let hasMessages: Bool
        let hasWithheld: Bool
        let hasForks: Bool
        let hasRemovals: Bool
        let hasVoid: Bool
        let hasResolutions: Bool

        init(_ chronicle: Chronicle) {
            self.chronicle = chronicle
            heading = chronicle.title ?? "Signed history"
            hasWeeks = !chronicle.weeks.isEmpty
            hasInvoices = !chronicle.invoices.isEmpty
            hasMessages = !chronicle.messages.isEmpty
            hasWithheld = !chronicle.withheld.isEmpty
            hasForks = !chronicle.forks.isEmpty
            hasRemovals = !chronicle.removals.isEmpty
            hasVoid = !chronicle.withoutEffect.isEmpty
            hasResolutions = !chronicle.resolutions.isEmpty
        }
    }
}

/// Text of a page, escaped scalar by scalar: a combining mark after a `<` must not hide it.
private struct PageText: MustacheContentType {
    static let name = "PAGE"

    func escapeText(_ text: String) -> String {
        var escaped = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped.append(contentsOf: "&amp;".unicodeScalars)
            case "<": escaped.append(contentsOf: "&lt;".unicodeScalars)
            case ">": escaped.append(contentsOf: "&gt;".unicodeScalars)
            case "\"": escaped.append(contentsOf: "&quot;".unicodeScalars)
            case "'": escaped.append(contentsOf: "&#39;".unicodeScalars)
            default: escaped.append(scalar.isUnsafe ? "\u{fffd}" : scalar)
            }
        }
        return String(escaped)
    }
}

extension Unicode.Scalar {
    /// Control characters, and marks that turn the direction of writing around, so that a text looks like another.
    fileprivate var isUnsafe: Bool {
        switch value {
        case 0x09, 0x0a: false
        case 0...0x1f, 0x7f...0x9f, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: true
        default: false
        }
    }
}
