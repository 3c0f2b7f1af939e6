import PipelineSupport
import Testing

@testable import Requests

@Suite struct RecordPositionTests {
    @Test(arguments: [("t", 0, 0), ("sms.requests", 3, 41), ("a-b-7", Int32.max, Int64.max)] as [(String, Int32, Int64)])
    func whatIsWrittenIsReadBack(_ topic: String, _ partition: Int32, _ offset: Int64) {
        let position = RecordPosition(topic: topic, partition: partition, offset: offset)
        var bytes: [UInt8] = []
        position.append(to: &bytes)
        #expect(position.text == String(decoding: bytes, as: UTF8.self))
        #expect(RecordPosition(parsing: position.text) == position)
    }

    @Test func whereAGeneratedIDWasMadeCanBeRead() {
        for topic in ["t", "a-b", "sms.requests-9"] {
            let position = RecordPosition(topic: topic, partition: 3, offset: 1 << 40)
            for id in [position.generatedID(timestamp: 1_795_500_000_123), position.generatedID(timestamp: -1), Array(position.text)] {
                #expect(position.mayHaveMade(id))
                #expect(RecordPosition(generatedID: id.text)?.mayHaveMade(id) == true, "\(id.text)")
            }
        }
        for text in ["", "-", "--", "ord-77", "7", "a-1-"] { #expect(RecordPosition(generatedID: text) == nil, "\(text)") }
    }

    @Test(arguments: ["", "t", "t-1", "-1-2", "t-1-", "t--2", "t-x-2", "t-1-2x", "t-2147483648-1", "t-1-9223372036854775808", "t-+1-2"])
    func nothingElseIsAPosition(_ text: String) { #expect(RecordPosition(parsing: text) == nil) }
}
