import SMSWorker
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import rocketsms_worker

@Suite struct PublishCommandTests {
    private func json(_ words: String...) throws -> String {
        let arguments = try ParsedArguments(words, for: PublishCommand.configuration)
        let message = try MessageInput(phone: arguments["--phone"], text: arguments["--text"]) { [] }
        return String(decoding: try RequestFlags.json(arguments, message), as: UTF8.self)
    }

    private func check(_ value: String, key: String? = nil) -> Result<CheckedRequest, DeadLetterReason> {
        do throws(DeadLetterReason) {
            return .success(
                try CheckedRequest(value: Array(value.utf8), key: key.map { Array($0.utf8) }, topic: "t", isPriorityTopic: false))
        } catch {
            return .failure(error)
        }
    }

    @Test func flagsBecomeTheRequest() throws {
        #expect(
            try json(
                "--phone", "375291234567", "--text", "Код \"1\"", "--id", "a", "--sender", "Shop", "--send-at", "2026-11-24T09:00:00Z",
                "--expires-at", "2026-11-25T09:00:00Z", "--on-unknown", "hold", "--priority", "--metadata", "a=1", "--metadata", "b=x=y")
                    == """
                    {"id":"a","phone":"375291234567","text":"Код \\"1\\"","sender":"Shop","sendAt":"2026-11-24T09:00:00Z",\
                    "expiresAt":"2026-11-25T09:00:00Z","onUnknown":"hold","priority":true,"metadata":{"a":"1","b":"x=y"}}
                    """)
        #expect(throws: UsageError("--metadata is given as NAME=VALUE.")) { try json("--metadata", "a") }
    }

    @Test(arguments: [
        [], ["--phone", "375291234567"], ["--phone", "375291234567", "--text", "a", "--template", "TPL_ID_1"],
        ["--file", "-", "--id", "a"], ["--file", "-", "--priority"], ["--file", "-", "--metadata", "a=b"],
        ["--file", "-", "--key", "a", "--key-field", "b"], ["--phone", "375291234567", "--text", "a", "--key-field", "b"],
    ])
    func whatDoesNotFitTogetherIsAUsageError(_ words: [String]) async {
        #expect(await CapturedConsole().run(["publish"] + words) == .usage)
    }

    @Test func aRequestThatWouldBeADeadLetterIsRefusedBeforeAnyBrokerIsAsked() async {
        let console = CapturedConsole()
        let words = ["publish", "--phone", "12", "--text", "a", "--kafka-bootstrap-servers", "127.0.0.1:1"]
        #expect(await console.run(words) == .usage)
        #expect(console.errors.hasPrefix("BAD_PHONE: "))
        #expect(console.output.isEmpty)
    }

    @Test func onlyRequestsArePublished() throws {
        let good = try check(#"{"id":"a","phone":"375291234567","text":"x"}"#, key: "k").get()
        #expect(good.id == "a" && good.key == Array("k".utf8))
        let bare = try check(#"{"phone":"375291234567","text":"x"}"#, key: "").get()
        #expect(bare.id == nil && bare.key == nil)
        for (value, code) in [
            (#"{"command":"cancel","id":"a"}"#, DeadLetterCode.badCommand), ("{}", .noPhone), ("", .noValue), ("[]", .notJSON),
        ] {
            guard case .failure(let reason) = check(value) else {
                Issue.record("\(value) is taken")
                continue
            }
            #expect(reason.code == code)
        }
    }

    @Test func theKeyMayBeAFieldOfTheLine() {
        #expect(CheckedRequest.field("u", of: Array(#"{"u":"é"}"#.utf8)) == Array("é".utf8))
        #expect(CheckedRequest.field("u", of: Array(#"{"u":7}"#.utf8)) == nil)
        #expect(CheckedRequest.field("u", of: Array("[]".utf8)) == nil)
    }

    /// Which partition a request goes to is not known before, and an id of another partition is the worker's to refuse.
    @Test func anIDThatWasMadeForAnotherRecordOfTheTopicMayBeLonger() throws {
        let topic = String(repeating: "t", count: 200)
        func id(_ text: String) throws(DeadLetterReason) -> String? {
            let value = #"{"id":"\#(text)","phone":"375291234567","text":"a"}"#
            return try CheckedRequest(value: Array(value.utf8), key: nil, topic: topic, isPriorityTopic: false).id
        }
        for made in ["\(topic)-0-5-1795500000000", "\(topic)-31-5-1795500000000"] { #expect(try id(made) == made) }
        for other in ["\(topic)x-0-5-1795500000000", "\(topic)-0-5-1795500000000x"] {
            #expect(throws: DeadLetterReason.self) { _ = try id(other) }
        }
    }
}
