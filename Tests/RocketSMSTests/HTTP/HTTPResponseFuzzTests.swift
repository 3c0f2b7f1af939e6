import TestSupport
import Testing

@testable import RocketSMS

/// Answers with bytes changed, lost, doubled and put in: the reader never crashes, takes what its rules allow and nothing else, and
/// says the same at any split. `ReferenceResponse` judges.
@Suite struct HTTPResponseFuzzTests {
    private static let splices = [
        "\r\n", "\n", "\r", "\r\n\r\n", "0\r\n\r\n", "1\r\nx\r\n", ":", " ", "\t", ",", ";a=b", "\0", "\u{7F}", "é",
        "Content-Length: 3\r\n", "Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n", "Connection: close\r\n",
        "Connection: keep-alive\r\n", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.0 ", "204", "304", "101",
    ].map { Array($0.utf8) }

    @Test func changedAnswersAreTakenByTheRulesOnly() async throws {
        let (failure, taken, refused) = try await onThread {
            var taken = 0
            var refused = 0
            let failure = RandomSchedules.firstFailure(of: 10_000) { random in
                var bytes = ResponseExample.all[random.below(ResponseExample.all.count)].bytes
                for _ in 0..<random.below(4) { Self.change(&bytes, &random) }
                let expected = ReferenceResponse(bytes)
                if expected == nil { refused += 1 } else { taken += 1 }
                return Self.disagreement(bytes, expected, &random)
            }
            return (failure, taken, refused)
        }
        #expect(failure == nil)
        // Else the fuzz would say little of one of the two.
        #expect(taken > 1_000 && refused > 1_000)
    }

    @Test func noiseIsRefused() async throws {
        let failure = try await onThread {
            RandomSchedules.firstFailure(of: 1_000) { random in
                let bytes = (0..<random.below(200)).map { _ in UInt8(random.below(256)) }
                return Self.disagreement(bytes, nil, &random)
            }
        }
        #expect(failure == nil)
    }

    private static func change(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let place = random.below(bytes.count + 1)
        switch random.below(6) {
        case 0: bytes.insert(contentsOf: splices[random.below(splices.count)], at: place)
        case 1: bytes = Array(bytes[..<place])
        case 2: if place < bytes.count { bytes[place] = UInt8(random.below(256)) }
        case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + random.below(4)))
        case 4: if place < bytes.count { bytes[place] ^= 1 << UInt8(random.below(8)) }
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + random.below(30))], at: place)
        }
    }

    private static func disagreement(_ bytes: [UInt8], _ expected: ReferenceResponse?, _ random: inout SeededGenerator) -> String? {
        let whole = ResponseReading(bytes, ends: true)
        let read: ReferenceResponse? =
            if case .complete(let response) = whole {
                ReferenceResponse(status: response.status, body: response.body, isReusable: response.isReusable)
            } else { nil }
        let text = String(reflecting: String(decoding: bytes, as: UTF8.self))
        if read != expected { return "\(text): \(whole), and by the rules \(expected.map { "\($0)" } ?? "refused")" }
        let splits = (0..<1 + random.below(8)).map { _ in random.below(bytes.count + 1) }
        let inParts = ResponseReading(bytes, splits: splits, ends: true)
        return inParts == whole ? nil : "\(text): \(whole), but \(inParts) when split at \(splits)"
    }
}

extension ReferenceResponse {
    init(status: Int, body: [UInt8], isReusable: Bool) {
        self.status = status
        self.body = body
        self.isReusable = isReusable
    }
}
