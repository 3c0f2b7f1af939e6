import Testing

@testable import SMSWorker

/// The document itself: what it may do stands in its policy, and it says nothing of the worker.
@Suite struct StatusPageTests {
    @Test func itIsOneDocumentThatLoadsNothing() {
        let document = StatusPage.document
        #expect(document.hasPrefix("<!doctype html>") && !document.contains("/*script*/") && !document.contains("/*style*/"))
        let loads = ["src=", "@import", "url(", "import(", "XMLHttpRequest", "EventSource", "WebSocket", "<link rel=\"stylesheet"]
        for word in loads { #expect(!document.contains(word), "\(word)") }
        let addresses = document.split(separator: "http").dropFirst().map { "http" + $0.prefix(22) }
        #expect(addresses.allSatisfy { $0.hasPrefix("http://www.w3.org/2000") }, "names of SVG, and no address: \(addresses)")
    }

    /// What would be markup of somebody else's.
    @Test func nothingIsWrittenAsMarkup() {
        for word in [
            "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", " style=", "onclick", "onload",
        ] {
            #expect(!StatusPage.document.contains(word), "\(word)")
        }
    }

    @Test func itsPolicyNamesItsStyleAndItsScriptAndNothingElse() {
        let policy = StatusPage.policy
        #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
        #expect(!policy.contains("unsafe") && !policy.contains("*") && !policy.contains("http"))
        #expect(policy.contains("connect-src 'self'") && policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'none'"))
    }

    /// What `openssl dgst -sha256 -binary | base64` says.
    @Test(arguments: [
        ("", "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="), ("a", "sha256-ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs="),
        ("rocket", "sha256-xY3Qo3YACMkBg54hoKWubMkuN2VROCPKlVPm719zOzY="),
    ])
    func aHashIsAsBrowsersMakeIt(text: String, hash: String) { #expect(StatusPage.hash(of: text) == hash) }
}
