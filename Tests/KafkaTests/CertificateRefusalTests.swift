import Testing

@testable import Kafka

@Suite struct CertificateRefusalTests {
    private func receive(_ code: Int32, room: Int = 512) -> (verdict: Int32, code: Int32, text: String) {
        var error = code
        var text = [CChar](repeating: 1, count: room)
        let verdict = CertificateRefusal.receive(nil, "broker:9093", 1, &error, 0, nil, 0, &text, room, nil)
        let written = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return (verdict, error, text.contains(0) ? String(decoding: written, as: UTF8.self) : "")
    }

    @Test func whatIsVerifiedPasses() { #expect(receive(0).verdict == 1) }

    /// Whatever the code, known here or not.
    @Test func whatIsRefusedStaysRefused() {
        for code in Int32(-2)...200 where code != 0 {
            let answer = receive(code)
            #expect(answer.verdict == 0)
            #expect(answer.code == code)
            #expect(answer.text.contains("broker:9093"))
        }
        #expect(CertificateRefusal.receive(nil, nil, 0, nil, 0, nil, 0, nil, 0, nil) == 0)
    }

    @Test func theSentenceFitsItsRoom() {
        #expect(receive(62, room: 8).text == "the cer")
        #expect(receive(62, room: 1).text == "")
    }
}
