import Testing

@testable import Requests
@testable import rocketsms_worker

@Suite struct OperatorVerbTests {
    @Test func versionsAreThoseOfProgramAndLibrary() async {
        let console = CapturedConsole()
        #expect(await console.run("version") == .done)
        #expect(console.output.hasPrefix("rocketsms-worker ") && console.output.contains("\nlibrdkafka 2."))
        let json = CapturedConsole()
        #expect(await json.run("version", "--json") == .done)
        #expect(json.output.hasPrefix(#"{"version":""#) && json.output.contains(#""librdkafka":""#))
    }

    @Test func aConfigurationIsCheckedAsRunWould() async {
        let console = CapturedConsole()
        let good = ["--kafka-bootstrap-servers", "b:9092", "--rocketsms-username", "1", "--rocketsms-password", "p"]
        #expect(await console.run(["config", "check"] + good) == .done)
        #expect(console.output == "The configuration is good.\n")
        for words in [[], Array(good.dropLast(2)), good + ["--send-max-in-flight", "0"]] {
            let console = CapturedConsole()
            #expect(await console.run(["config", "check"] + words) == .configuration)
            #expect(!console.errors.isEmpty && console.output.isEmpty)
        }
    }

    @Test(
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok\n", .answered(200, body: "ok")),
            ("HTTP/1.1 503 Service Unavailable\r\n\r\n{\"ready\":false}", .answered(503, body: "{\"ready\":false}")),
            ("HTTP/1.0 204 \r\n\r\n", .answered(204, body: "")), ("", .failed("it speaks no HTTP")),
            ("SSH-2.0-OpenSSH\r\n", .failed("it speaks no HTTP")), ("HTTP/1.1 OK\r\n\r\n", .failed("it speaks no HTTP")),
        ] as [(String, AdminProbe.Answer)])
    func anAnswerIsRead(_ text: String, _ answer: AdminProbe.Answer) { #expect(AdminProbe.parse(Array(text.utf8)) == answer) }

    @Test func aWorkerThatListensEverywhereIsReachedHere() {
        #expect(AdminProbe.reachable("0.0.0.0") == "127.0.0.1" && AdminProbe.reachable("::") == "::1")
        #expect(AdminProbe.reachable("[::]") == "::1" && AdminProbe.reachable("10.0.0.7") == "10.0.0.7")
    }

    @Test func whereNothingListensNothingIsWell() async {
        let console = CapturedConsole()
        #expect(await console.run("healthcheck", "--admin-port", "1") == .findings)
        #expect(console.errors.hasPrefix("The admin port 127.0.0.1:1 cannot be asked: "))
        #expect(await CapturedConsole().run("healthcheck", "--admin-port", "0") == .usage)
    }

    // MARK: Completion

    @Test func everyCommandAndFlagIsCompleted() {
        let places = CompletionScript.places(of: .program)
        let words = Dictionary(uniqueKeysWithValues: places.map { ($0.path.joined(separator: " "), $0.words) })
        #expect(words[""]?.contains("run") == true && words[""]?.contains("completion") == true)
        #expect(words["config"]?.starts(with: ["print", "check", "schema"]) == true)
        #expect(words["requests list"]?.contains("--state") == true && words["run"]?.contains("--send-max-in-flight") == true)
        #expect(words["senders"]?.first == "add" && words["senders add"] != nil)
        // What a shell would take for its own.
        #expect(places.flatMap(\.words).allSatisfy { $0.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") } })
    }

    @Test func anotherShellIsRefused() async {
        #expect(await CapturedConsole().run("completion", "tcsh") == .usage)
        for shell in CompletionScript.allCases {
            let console = CapturedConsole()
            #expect(await console.run("completion", shell.rawValue) == .done)
            #expect(console.output.contains("dead-letters"))
        }
    }

    @Test func statesAreNamedAsOperatorsSeeThem() throws {
        #expect(try LedgerEntry.State.named("held") == .held && LedgerEntry.State.named("waiting") == .waiting)
        for name in ["closed", "HELD", ""] { #expect(throws: UsageError.self) { try LedgerEntry.State.named(name) } }
    }
}
