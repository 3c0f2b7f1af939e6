import Testing

@testable import RocketSMS

/// Base URLs, and what is said of those that cannot be meant.
@Suite struct ProviderURLTests {
    @Test(arguments: [
        ("https://api.rocketsms.by/simple", "https://api.rocketsms.by"), ("https://api.rocketsms.by/simple/", "https://api.rocketsms.by"),
        ("https://API.rocketsms.by:8443/Simple/send", "https://api.rocketsms.by:8443"),
        ("http://127.0.0.1/a/simple//", "http://127.0.0.1/a"),
    ])
    func aURLThatEndsInSimpleIsRefusedWithTheRightOneNamed(text: String, right: String) throws {
        #expect(throws: ProviderURLError.endsInSimple(right: right)) { try ProviderURL(text) }
        #expect("\(ProviderURLError.endsInSimple(right: right))".hasSuffix(" \(right)"))
        #expect(try ProviderURL(right).description == right)
    }

    @Test(arguments: ["https://host/simpler", "https://host/a-simple", "https://host/simple/x", "https://host/send"])
    func othersMayBeMeant(text: String) throws {
        #expect(try ProviderURL(text).description == text)
    }
}
