import Foundation

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// One element of an XML document and what is in it, by local names.
final class Element {
    /// Empty if the element is not of the root's namespace, so that no path leads to it.
    let name: String
    let attributes: [String: String]
    fileprivate(set) var content = ""
    fileprivate(set) var children: [Element] = []

    fileprivate init(name: String, attributes: [String: String]) {
        self.name = name
        self.attributes = attributes
    }

    var text: String { content.trimmingCharacters(in: .whitespacesAndNewlines) }

    /// Every element at the end of a path of names.
    func all(_ path: String...) -> [Element] { all(path) }

    func first(_ path: String...) -> Element? { all(path).first }

    /// The texts at the end of a path, without those that are empty.
    func texts(_ path: String...) -> [String] { texts(path) }

    func texts(_ path: [String]) -> [String] { all(path).map(\.text).filter { !$0.isEmpty } }

    private func all(_ path: [String]) -> [Element] {
        path.reduce([self]) { elements, name in elements.flatMap { $0.children.filter { $0.name == name } } }
    }
}

extension Element {
    /// Reads a whole document.
    ///
    /// One with a document type is refused, since its entities can grow without end; a bank's file has none.
    static func root(of bytes: [UInt8]) throws(BankingError) -> Element {
        let text = try XMLEncoding.utf8(of: bytes)
        let data = Data(text)
        guard data.range(of: Data("<!DOCTYPE".utf8)) == nil else {
            throw BankingError(.damaged, "The file has a document type, as no bank's file does; do not trust it.")
        }
        let parser = XMLParser(data: data)
        let builder = TreeBuilder()
        parser.delegate = builder
        parser.shouldProcessNamespaces = true
        parser.shouldResolveExternalEntities = false
        parser.externalEntityResolvingPolicy = .never
        // The parser reads nothing, and says so to nobody, if there are fewer bytes than tell the encoding.
        let isWellFormed = data.count >= 4 && parser.parse()
        if let refusal = builder.refusal { throw refusal }
        guard isWellFormed, !builder.hasError, let root = builder.root else {
            let line = data.count >= 4 ? " near line \(parser.lineNumber)" : ""
            throw BankingError(.damaged, "The file is not well-formed XML\(line); get it from the bank once more.")
        }
        return root
    }
}

/// Puts the parser's events together to a tree.
private final class TreeBuilder: NSObject, XMLParserDelegate {
    private(set) var root: Element?
    private(set) var refusal: BankingError?
    /// The parser's own answer can be that all is well when it has reported an error.
    private(set) var hasError = false
    private var namespace: String?
    private var open: [Element] = []
    private var count = 0

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes: [String: String]
    ) {
        count += 1
        guard count <= BankingLimits.elements else {
            return refuse(
                parser,
                BankingError(
                    .tooLarge,
                    "The file has more than \(BankingLimits.elements) elements; ask the bank for statements of shorter periods."))
        }
        if root == nil { namespace = namespaceURI }
        let element = Element(name: namespaceURI == namespace ? name : "", attributes: attributes)
        if let parent = open.last { parent.children.append(element) } else { root = root ?? element }
        open.append(element)
    }

    func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
        _ = open.popLast()
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { open.last?.content += string }

    func parser(_ parser: XMLParser, foundCDATA block: Data) { open.last?.content += String(decoding: block, as: UTF8.self) }

    func parser(_ parser: XMLParser, parseErrorOccurred error: any Error) {
        if !Self.warnings.contains((error as NSError).code) { hasError = true }
    }

    /// The parser's codes for a version, a language or a namespace that it wonders about, and reads nonetheless.
    private static let warnings = 97...100

    private func refuse(_ parser: XMLParser, _ error: BankingError) {
        refusal = refusal ?? error
        parser.abortParsing()
    }
}
