import TestSupport
import Testing

@testable import RocketSMS

/// Bytes come split anywhere; what is read must not depend on it.
@Suite struct HTTPResponseReaderTests {
    @Test(arguments: ResponseExample.all)
    func anExampleIsReadTheSameHoweverItIsSplit(_ example: ResponseExample) {
        let bytes = example.bytes
        #expect(ResponseReading(bytes, ends: example.ends) == example.expected)
        #expect(ResponseReading(bytes, splits: Array(0..<bytes.count), ends: example.ends) == example.expected, "byte by byte")
        for split in 0...bytes.count {
            #expect(ResponseReading(bytes, splits: [split], ends: example.ends) == example.expected, "split at \(split)")
        }
        #expect(
            RandomSchedules.firstFailure(of: 100) { random in
                let splits = (0..<random.below(6)).map { _ in random.below(bytes.count + 1) }
                let reading = ResponseReading(bytes, splits: splits, ends: example.ends)
                return reading == example.expected ? nil : "split at \(splits): \(reading)"
            } == nil)
    }

    @Test func aReaderForgetsTheAnswerBefore() {
        var reader = HTTPResponseReader()
        for example in ResponseExample.all + ResponseExample.all.reversed() {
            reader.reset()
            #expect(ResponseReading(&reader, example.bytes, splits: [], ends: example.ends) == example.expected, "\(example.name)")
        }
    }

    @Test func anAnswerThatGrowsPastTheLimitIsRefused() {
        var limits = HTTPResponseLimits()
        limits.body = 10
        let head = "HTTP/1.1 200 OK\r\n"
        let fits = ResponseReading(Array("\(head)\r\n0123456789".utf8), ends: true, limits: limits)
        #expect(fits == .complete(200, "0123456789", reusable: false))
        let untilClose = ResponseReading(Array("\(head)\r\n01234567890".utf8), splits: [25], ends: true, limits: limits)
        #expect(untilClose == .failed(.bodyTooLarge))
        let chunks = "\(head)Transfer-Encoding: chunked\r\n\r\n6\r\n012345\r\n5\r\n67890\r\n0\r\n\r\n"
        #expect(ResponseReading(Array(chunks.utf8), limits: limits) == .failed(.bodyTooLarge))
    }

    @Test(arguments: ResponseExample.endlessHeads)
    func aHeadWithoutEndIsRefused(_ example: ResponseExample) {
        let bytes = example.bytes
        #expect(ResponseReading(bytes) == example.expected)
        #expect(ResponseReading(bytes, splits: Array(stride(from: 0, to: bytes.count, by: 100))) == example.expected)
    }

    @Test func aChunkLineWithoutEndIsRefused() {
        let bytes = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;\(String(repeating: "x", count: 300))".utf8)
        #expect(ResponseReading(bytes) == .failed(.badChunk))
        #expect(ResponseReading(bytes, splits: Array(0..<bytes.count)) == .failed(.badChunk))
    }
}
