import Kafka
import Testing

@testable import Requests
@testable import rocketsms_worker

@Suite struct DeadLetterTests {
    private func letter(
        _ value: String?, headers: [(String, String)] = [], about: [String: String] = [:], key: String? = "user"
    ) -> DeadLetter {
        let known = ["code": "BAD_SENDER", "topic": "sms.requests", "partition": "3", "offset": "41", "timestamp": "1700000000000"]
        return DeadLetter(
            place: TopicPartition(topic: "sms.dead-letter", partition: 0), offset: 7, key: key.map { Array($0.utf8) },
            value: value.map { Array($0.utf8) },
            headers: headers.map { DeadLetter.Header(name: Array($0.0.utf8), value: Array($0.1.utf8)) },
            about: known.merging(about) { $1 })
    }

    private func step(_ letter: DeadLetter, isPriorityTopic: Bool? = false, partitions: Int = 4) -> Redrive {
        Redrive(letter, isPriorityTopic: isPriorityTopic, partitions: partitions, now: 1_700_000_100_000)
    }

    private func refusal(_ step: Redrive) -> String? { if case .refuse(let reason) = step { reason } else { nil } }

    private let origin = RecordPosition(topic: "sms.requests", partition: 3, offset: 41)
    private let good = #"{"id":"a","phone":"375291234567","text":"x"}"#
    private let nameless = #"{"phone":"375291234567","text":"x"}"#

    @Test func whatIsARequestNowGoesWhereItCameFrom() {
        #expect(step(letter(good)) == .publish(origin, id: Array("a".utf8), givesID: false))
        #expect(step(letter(good, key: nil)) == .publish(origin, id: Array("a".utf8), givesID: false))
    }

    /// The id of its first place goes along: else each redrive would make another SMS.
    @Test func whatHasNoIDGetsTheOneOfItsFirstPlace() {
        let id = Array("sms.requests-3-41-1700000000000".utf8)
        #expect(step(letter(nameless)) == .publish(origin, id: id, givesID: true))
        let again = letter(nameless, headers: [("ce_id", String(decoding: id, as: UTF8.self))], about: ["offset": "99"])
        #expect(step(again) == .publish(RecordPosition(topic: "sms.requests", partition: 3, offset: 99), id: id, givesID: false))
        #expect(step(letter(nameless, headers: [("ce_id", "evt")])) == .publish(origin, id: Array("evt".utf8), givesID: false))
    }

    @Test func whatCannotBeOneIsRefusedWithoutItsContent() throws {
        #expect(refusal(step(letter(#"{"phone":"12","text":"x"}"#)))?.hasPrefix("it would be one again: BAD_PHONE") == true)
        #expect(refusal(step(letter(nil)))?.hasPrefix("it would be one again: NO_VALUE") == true)
        #expect(refusal(step(letter(#"{"command":"cancel","id":"a"}"#)))?.hasPrefix("it is a command") == true)
        #expect(refusal(step(letter(good, about: ["truncated": "true"])))?.contains("sms.requests-3-41") == true)
        #expect(refusal(step(letter(good), isPriorityTopic: nil)) != nil)
        #expect(refusal(step(letter(good), partitions: 3)) != nil)
        for about in [["partition": "-1"], ["partition": "x"], ["offset": ""]] { #expect(refusal(step(letter(good, about: about))) != nil) }
        let secret = #"{"phone":"375291234567","text":"secret","sender":"far too long a sender"}"#
        let reason = try #require(refusal(step(letter(secret))))
        #expect(!reason.contains("secret") && !reason.contains("3752912"))
    }

    @Test func aLineMovesNoCursorAndShowsNoContent() {
        let line = letter("secret", about: ["message": "bad\u{1B}[2J", "request-id": "a\u{7}", "at": "2026-11-24T06:00:00Z"]).line
        #expect(line.contains("BAD_SENDER") && line.contains("bad?[2J") && line.contains("a?"))
        #expect(!line.contains("secret") && !line.contains("user"))
    }

    @Test func aRedriveSaysWhichAndWantsAYes() async {
        for words in [[], ["--code", "X", "--all"], ["--offset", "3"]] {
            #expect(await CapturedConsole().run(["dead-letters", "redrive", "--yes"] + words) == .usage)
        }
        let console = CapturedConsole()
        #expect(await console.run("dead-letters", "redrive", "--all", "--kafka-bootstrap-servers", "127.0.0.1:1") == .usage)
        #expect(console.errors.hasPrefix("Not on a terminal: --yes is needed."))
    }
}
