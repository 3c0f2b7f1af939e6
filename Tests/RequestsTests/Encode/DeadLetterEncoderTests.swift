import PipelineSupport
import Testing

@testable import Requests

@Suite struct DeadLetterEncoderTests {
    private let position = RecordPosition(topic: "sms.requests", partition: 3, offset: 41)
    private let reason = DeadLetterReason(.badPhone, "phone is not a string", requestID: Array("ord-7"))

    private func encode(
        _ reason: DeadLetterReason, key: Int = 3, value: Int = 100, originals: RecordHeaders = RecordHeaders(), limit: Int = 1_000_000
    ) -> (extent: DeadLetterEncoder.Extent, headers: [String]) {
        var headers = RecordHeaders()
        headers.add("left over", "from before")
        let extent = DeadLetterEncoder(limit: limit).encode(
            reason, at: position, timestamp: 1_795_500_000_000, key: key, value: value, originals: originals, now: 1_795_500_000_123,
            into: &headers)
        return (extent, headers.lines)
    }

    private let ours = [
        "dlq-code=BAD_PHONE", "dlq-message=phone is not a string", "dlq-topic=sms.requests", "dlq-partition=3", "dlq-offset=41",
        "dlq-timestamp=1795500000000", "dlq-at=2026-11-24T06:00:00.123Z", "dlq-request-id=ord-7",
    ]

    @Test func allHeaders() {
        let (extent, headers) = encode(reason)
        #expect(extent == .everything && headers == ours)
        #expect(encode(DeadLetterReason(.noValue, "the record has no value")).headers.last == "dlq-at=2026-11-24T06:00:00.123Z")
    }

    @Test func olderOnesAreReplacedAndOthersKept() {
        var originals = RecordHeaders()
        for (name, value) in [
            ("a", "1"), ("dlq-code", "OLD"), ("b", nil), ("a", "2"), ("dlq-truncated", "true"), ("dlq-", "x"), ("DLQ-x", ""),
        ] {
            originals.add(name, value)
        }
        #expect(encode(reason, originals: originals).headers == ["a=1", "b", "a=2", "DLQ-x="] + ours)
    }

    @Test func whatIsTooLargeIsCut() {
        var originals = RecordHeaders()
        originals.add("big", String(repeating: "x", count: 5000))
        let (everything, _) = encode(reason, value: 4000, originals: originals, limit: 10_000)
        #expect(everything == .everything)
        let (withoutValue, headers) = encode(reason, value: 5000, originals: originals, limit: 10_000)
        #expect(withoutValue == .withoutValue && headers.count == 10 && headers.last == "dlq-truncated=true")
        let (withoutHeaders, left) = encode(reason, value: 1, originals: originals, limit: 5000)
        #expect(withoutHeaders == .withoutValueAndHeaders && left == ours + ["dlq-truncated=true"])
        #expect(encode(reason, key: 5000, limit: 5000).extent == .headersAlone)
    }

    @Test func theLimitCountsEverything() {
        // Names and values of `ours`, 16 bytes of overhead each, and 256.
        let bytes = ours.reduce(0) { $0 + $1.utf8.count - 1 } + 8 * 16 + 256
        #expect(encode(reason, key: 3, value: 100, limit: bytes + 103).extent == .everything)
        #expect(encode(reason, key: 3, value: 100, limit: bytes + 102).extent == .withoutValue)
    }
}
