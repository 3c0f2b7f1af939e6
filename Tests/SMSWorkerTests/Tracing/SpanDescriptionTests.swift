import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// Attempts by either door, as a collector has them.
struct SpanDescriptionTests {
    private func attempt(_ outcome: AttemptOutcome, resends: Int = 0, _ provider: SpanDescription.Provider) -> OTLPSpan {
        let span = TraceSpan(
            context: TraceContext(Array("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".utf8))!, id: 1, parent: 2,
            kind: .attempt(outcome, resends: resends), start: MonotonicInstant(nanoseconds: 5), end: MonotonicInstant(nanoseconds: 7))
        return SpanDescription(group: "g", statusTopic: "s", provider: provider).describe(span, origin: 0)
    }

    private func texts(_ span: OTLPSpan) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: span.attributes.map { name, value in
                switch value {
                case .text(let text): (name, text)
                case .integer(let number): (name, "\(number)")
                }
            })
    }

    @Test func overHTTPItIsAPOST() {
        let span = attempt(.refused(code: "BLOCKED_WORD"), resends: 2, .http(baseURL: "https://api.example:8443/"))
        #expect(span.name == "POST /simple/send" && span.kind == .client && span.isError)
        #expect(
            texts(span) == [
                "http.request.method": "POST", "url.full": "https://api.example:8443/simple/send", "url.template": "/simple/send",
                "server.address": "api.example", "server.port": "8443", "http.request.resend_count": "2", "error.type": "BLOCKED_WORD",
            ])
    }

    @Test func overSMPPItIsASubmission() {
        let parts: AttemptOutcome = .parts([.accepted(id: "17", status: .sent), .refused(code: "SMPP_0x0B")])
        let span = attempt(parts, resends: 1, .smpp(host: "smsc.example", port: 2_775))
        #expect(span.name == "submit_sm" && span.kind == .client && span.isError)
        #expect(
            texts(span) == [
                "network.protocol.name": "smpp", "network.protocol.version": "3.4", "network.transport": "tcp",
                "server.address": "smsc.example", "server.port": "2775", "rocketsms.parts": "2", "rocketsms.resend_count": "1",
                "error.type": "SMPP_0x0B",
            ])
    }
}
