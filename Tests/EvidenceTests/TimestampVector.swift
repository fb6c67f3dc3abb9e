import Foundation

/// Two responses of `openssl ts -reply` to one request, made on 24 November 2026 under a root that expired seconds later.
enum TimestampVector {
    static let data = Array("The agreed history.\n".utf8)
    static let nonce: UInt64 = 0x1122_3344_5566_7788
    /// What `openssl ts -query` writes for the data, its nonce replaced by ours.
    static let request =
        "30430201013031300d060960864801650304020105000420ebb10bdc46c72054e1691"
        + "3a6cbf322d3344c38acf5f39a415c7ab426b907da8c020811223344556677880101ff"

    static let root = """
        -----BEGIN CERTIFICATE-----
        MIIBZDCCAQqgAwIBAgIBATAKBggqhkjOPQQDAjApMRAwDgYDVQQKDAdFeGFtcGxl
        MRUwEwYDVQQDDAxFeGFtcGxlIFJvb3QwHhcNMjYxMTIzMTgzODU4WhcNMjYxMTI0
        MTgzOTEzWjApMRAwDgYDVQQKDAdFeGFtcGxlMRUwEwYDVQQDDAxFeGFtcGxlIFJv
        b3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARdX6r4LhgMIhW/1Lvz9VP3fU7s
        NrSkS5d0+lOGM1XWeIrzdifQYMM8GaUJa/oR9Sm95KZe8/qMosQFzzeqax2toyMw
        ITAPBgNVHRMBAf8EBTADAQH/MA4GA1UdDwEB/wQEAwIBBjAKBggqhkjOPQQDAgNI
        ADBFAiAbRzJjKLokla4pPCSHjFDlFoMvSd8Jk9Mo8vwVOdB6UwIhAIhEa4x/bfvx
        3gqcH/NBQMCcextreeEoAdUgCUmds5sg
        -----END CERTIFICATE-----
        """

    /// By a certificate that expired together with the root.
    static var response: [UInt8] { decoded(encodedResponse) }

    /// By a certificate of the same root that had expired an hour before.
    static var expired: [UInt8] { decoded(encodedExpired) }

    private static func decoded(_ text: String) -> [UInt8] {
        Data(base64Encoded: text, options: .ignoreUnknownCharacters).map { Array($0) } ?? []
    }

    private static let encodedResponse = """
        MIIDbjADAgEAMIIDZQYJKoZIhvcNAQcCoIIDVjCCA1ICAQMxDzANBglghkgBZQMEAgEFADCBnQYLKoZIhvcNAQkQAQSggY0EgYow
        gYcCAQEGCSsGAQQBho0fATAxMA0GCWCGSAFlAwQCAQUABCDrsQvcRscgVOFpE6bL8yLTNEw4rPXzmkFcerQmuQfajAICfzsYEzIw
        MjYxMTI0MTgzODU4LjYzNloCCBEiM0RVZneIoCGkHzAdMRswGQYDVQQDDBJFeGFtcGxlIFRpbWVzdGFtcHOgggFTMIIBTzCB9aAD
        AgECAgECMAoGCCqGSM49BAMCMCkxEDAOBgNVBAoMB0V4YW1wbGUxFTATBgNVBAMMDEV4YW1wbGUgUm9vdDAeFw0yNjExMjQxNzM4
        NThaFw0yNjExMjQxODM5MTNaMB0xGzAZBgNVBAMMEkV4YW1wbGUgVGltZXN0YW1wczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
        BKws38RFHSy+FnrvxEkdUZvR6w2jME5B00IutzbAnaVQUbT7tDiiaOk8u3uZfqs8n1+M6M5mpD5hX7dkq4k81kSjGjAYMBYGA1Ud
        JQEB/wQMMAoGCCsGAQUFBwMIMAoGCCqGSM49BAMCA0kAMEYCIQDK1i60bF3v/CFlP0fLLxPhcwwRbgte4lyp6jvmzlku4AIhAPa0
        KraYPDA1jdxX3OUFci7ZYSpSilh56TRadbltgmj9MYIBQzCCAT8CAQEwLjApMRAwDgYDVQQKDAdFeGFtcGxlMRUwEwYDVQQDDAxF
        eGFtcGxlIFJvb3QCAQIwDQYJYIZIAWUDBAIBBQCggaQwGgYJKoZIhvcNAQkDMQ0GCyqGSIb3DQEJEAEEMBwGCSqGSIb3DQEJBTEP
        Fw0yNjExMjQxODM4NThaMC8GCSqGSIb3DQEJBDEiBCBxhublbl6H6kw5T/G2bJIvvL2xGwCRqV9G8Qlep44IOTA3BgsqhkiG9w0B
        CRACLzEoMCYwJDAiBCA8ay/b9DEORkeOjpiEGxcvSt0k+9jegvqCNzOhpqzIGTAKBggqhkjOPQQDAgRIMEYCIQCIQpa5pT8yXT9c
        3OWUqLhJ8pJePAeeIsgYQMbeVD2ZWwIhAMI9NaMLYuD6et6VCOnXbF3Ljeh+5UiBjr64uW0xJJMQ
        """

    private static let encodedExpired = """
        MIIDazADAgEAMIIDYgYJKoZIhvcNAQcCoIIDUzCCA08CAQMxDzANBglghkgBZQMEAgEFADCBnQYLKoZIhvcNAQkQAQSggY0EgYow
        gYcCAQEGCSsGAQQBho0fATAxMA0GCWCGSAFlAwQCAQUABCDrsQvcRscgVOFpE6bL8yLTNEw4rPXzmkFcerQmuQfajAICf0EYEzIw
        MjYxMTI0MTgzODU4LjY0M1oCCBEiM0RVZneIoCGkHzAdMRswGQYDVQQDDBJFeHBpcmVkIFRpbWVzdGFtcHOgggFRMIIBTTCB9aAD
        AgECAgEDMAoGCCqGSM49BAMCMCkxEDAOBgNVBAoMB0V4YW1wbGUxFTATBgNVBAMMDEV4YW1wbGUgUm9vdDAeFw0yNjExMjQxNjM4
        NThaFw0yNjExMjQxNzM4NThaMB0xGzAZBgNVBAMMEkV4cGlyZWQgVGltZXN0YW1wczBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA
        BNg0UKQg8LfFh8HroI3BIu1aogFML/uy+XdX3hWD2XUyMPnQTSMXGh++jOifsWfG0xyolY96tvqVofvaq6J3R7yjGjAYMBYGA1Ud
        JQEB/wQMMAoGCCsGAQUFBwMIMAoGCCqGSM49BAMCA0cAMEQCIELi2UEFGdjxhQy5o4938teFvIujIxkHEQuDEKYQPSMWAiAir+Z3
        CRE+NMbzjWlFaMGXMTlVguE32Trr/4RTm+lMAzGCAUIwggE+AgEBMC4wKTEQMA4GA1UECgwHRXhhbXBsZTEVMBMGA1UEAwwMRXhh
        bXBsZSBSb290AgEDMA0GCWCGSAFlAwQCAQUAoIGkMBoGCSqGSIb3DQEJAzENBgsqhkiG9w0BCRABBDAcBgkqhkiG9w0BCQUxDxcN
        MjYxMTI0MTgzODU4WjAvBgkqhkiG9w0BCQQxIgQgBNZv8qlH0SpmS46rNqsCaxKQguMEWj6eqyxZpinw2lcwNwYLKoZIhvcNAQkQ
        Ai8xKDAmMCQwIgQgN5P3zlUXg3aWJ5FbNmSG7o+Q4w2ayGXuTSIGyGRegpcwCgYIKoZIzj0EAwIERzBFAiEAhkd0ewzKFUyH2BXo
        EmMwZrN7NglKB0Ra+mAKpMurQ50CIBtbVTvbazLiSNAFrsdymtgSjymH6eMVp/Wkg27u6shf
        """
}
