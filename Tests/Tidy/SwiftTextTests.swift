import Testing

/// Telling code from comments and from the content of string literals.
struct SwiftTextTests {
    private func check(_ source: String, code: String, comments: String = "", sourceLocation: SourceLocation = #_sourceLocation) {
        func squeezed(_ bytes: [UInt8]) -> String {
            String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }.joined(separator: " ")
        }
        let text = SwiftText(Array(source.utf8))
        #expect(squeezed(text.code) == code, sourceLocation: sourceLocation)
        #expect(squeezed(text.comments) == comments, sourceLocation: sourceLocation)
        #expect(text.code.count == source.utf8.count, sourceLocation: sourceLocation)
    }

    @Test("comments are no code")
    func comments() {
        check("let a = 1  // one\nlet b = 2", code: "let a = 1 let b = 2", comments: "// one")
        check("a /* b /* c */ d */ e", code: "a e", comments: "b c d")
        check("a / b * c", code: "a / b * c")
    }

    @Test("the content of a string literal is neither code nor comment")
    func literals() {
        check(#"a("b // c") // d"#, code: "a( )", comments: "// d")
        check(#"a("b \" c") d"#, code: "a( ) d")
        check(##"a(#"b " \ c"#) d"##, code: "a( ) d")
        check("a = \"\"\"\n  b \" c\n  // d\n  \"\"\"\ne", code: "a = e")
        check(#"a("") b("c")"#, code: "a( ) b( )")
    }

    @Test("an interpolation is code, whatever is in it")
    func interpolations() {
        check(#"a("b \(c) d") e"#, code: "a( (c) ) e")
        check(#"a("b \(c("d", e(f))) g") h"#, code: "a( (c( , e(f))) ) h")
        check(##"a(#"b \(c) \#(d)"#) e"##, code: "a( (d) ) e")
    }

    @Test("an unfinished literal spoils one line only")
    func unfinished() {
        check("a = \"b\nc", code: "a = c")
    }
}
