import JSON
import RocketSMSSimulator
import TestSupport
import Testing

@testable import rocketsms_worker

/// The commands that talk to the provider directly: what they print, and with which exit code they end.
@Suite(.timeLimit(.minutes(3))) struct ProviderCommandTests {
    private func withProvider(
        change: (inout SimulatorConfiguration) -> Void = { _ in }, body: (ProviderShell, SimulatorServer) async throws -> Void
    ) async throws {
        var configuration = SimulatorConfiguration()
        configuration.switches.clock = .manual
        change(&configuration)
        let simulator = try SimulatorServer(configuration)
        try await body(ProviderShell(baseURL: simulator.baseURL), simulator)
        try await onThread { simulator.stop() }
    }

    private static let send = ["send", "--phone", "+375 29 689-00-43", "--text", "Код 1234", "--yes"]

    // MARK: send

    @Test func sendTellsTheReceipt() async throws {
        try await withProvider { shell, simulator in
            let person = await shell.run(Self.send + ["--priority", "--sender", "Simulator"])
            let machine = await shell.run(Self.send + ["--json"])
            let ids = await simulator.sends().map(\.id)
            #expect(person == .init(.done, "accepted as \(ids[0]): SENT, 1 part, 1 credits, 0.2 BYN\n", ""))
            #expect(machine == .init(.done, #"{"id":"\#(ids[1])","status":"SENT","cost":{"credits":1,"money":0.2}}"# + "\n", ""))
            let sends = await simulator.sends()
            #expect(sends[0].phone == "375296890043" && sends[0].isPriority && sends[0].senderUsed == "Simulator" && !sends[1].isPriority)
        }
    }

    @Test func sendEndsByWhatCanHaveHappened() async throws {
        try await withProvider { shell, simulator in
            try await simulator.change(FaultChange(FaultRule(.error)))
            #expect(await shell.run(Self.send).status == .refused)
            try await simulator.change(FaultChange(FaultRule(.wrongAuth)))
            #expect(await shell.run(Self.send + ["--json"]) == .init(.denied, #"{"error":"WRONG_AUTH","outcome":"refused"}"# + "\n", ""))
            try await simulator.change(FaultChange(FaultRule(.tooManyRequests)))
            let limited = await shell.run(Self.send + ["--json"])
            #expect(limited.status == .notSent && limited.output.contains(#""outcome":"notSent""#))
            #expect(await simulator.total() == 0)
            try await simulator.change(FaultChange(FaultRule(.replyLost)))
            let lost = await shell.run(Self.send + ["--json"])
            #expect(lost.status == .unknown && lost.output.contains(#""outcome":"unknown""#))
            #expect(await simulator.total() == 1)
            try await simulator.change(FaultChange(FaultRule(.replyLost)))
            let told = await shell.run(Self.send)
            #expect(told.status == .unknown && told.output.isEmpty && told.errors.contains("Do not repeat it blindly"))
        }
    }

    @Test func sendRefusesWhatCannotBeMeant() async throws {
        try await withProvider { shell, simulator in
            #expect(await shell.run(Array(Self.send.dropLast())).status == .usage, "not on a terminal")
            #expect(await shell.run(["send", "--phone", "12", "--text", "x", "--yes"]).status == .usage)
            #expect(
                await shell.run(["send", "--phone", "375296890043", "--text", "x", "--template", "TPL_ID_1", "--yes"]).status == .usage)
            let long = ["send", "--phone", "375296890043", "--text", String(repeating: "ы", count: 135), "--yes", "--json"]
            let refused = await shell.run(long, ["ROCKETSMS_MAX_PARTS": "2"])
            #expect(refused == .init(.refused, #"{"error":"TOO_MANY_PARTS","outcome":"refused"}"# + "\n", ""))
            #expect(await simulator.total() == 0)
            #expect(await shell.run(long, ["ROCKETSMS_MAX_PARTS": "3"]).status == .done)
        }
    }

    /// Phone and text by the same rules as those of `publish`: neither need stand in the list of processes.
    @Test func sendReadsWhatItSendsFromStandardInput() async throws {
        try await withProvider { shell, simulator in
            func run(_ piped: [UInt8], _ words: String...) async -> (Status, String) {
                let console = CapturedConsole(piped: piped)
                let status = await console.run(["send"] + words + ["--yes"], environment: shell.environment)
                return (status, console.errors)
            }
            let both = await run(Array("\u{FEFF}375296890043\r\nКод\r\n1234\n".utf8), "--phone", "-", "--text", "-")
            #expect(both.0 == .done, "\(both.1)")
            let sent = await simulator.sends()
            #expect(sent.map(\.phone) == ["375296890043"] && sent[0].text == "Код\n1234")
            let windows1251 = await run([0xCF, 0xF0, 0xE8], "--phone", "375296890043", "--text", "-")
            #expect(windows1251.0 == .usage && windows1251.1.contains("not UTF-8"))
            let wide = await run([0xFF, 0xFE, 0x31, 0x00], "--phone", "375296890043", "--text", "-")
            #expect(wide.0 == .usage && wide.1.contains("UTF-16"))
            let long = await run([UInt8](repeating: 0x61, count: 1 << 20), "--phone", "375296890043", "--text", "-")
            #expect(long.0 == .usage && long.1.contains("longer"))
            #expect(await simulator.total() == 1)
        }
    }

    @Test func sendAsksOnATerminal() async throws {
        try await withProvider { shell, simulator in
            let no = CapturedConsole(input: ["n"], isTerminal: true)
            #expect(await no.run(Array(Self.send.dropLast()), environment: shell.environment) == .notSent)
            #expect(await simulator.total() == 0)
            let yes = CapturedConsole(input: ["y"], isTerminal: true)
            #expect(await yes.run(Array(Self.send.dropLast()), environment: shell.environment) == .done)
            #expect(await simulator.total() == 1)
        }
    }

    @Test func aDryRunSendsNothingAndAsksNobody() async throws {
        try await withProvider { shell, simulator in
            let words = Array(Self.send.dropLast()) + ["--dry-run"]
            #expect(await shell.run(words) == .init(.done, "would be sent: one SMS of 1 part\n", ""))
            #expect(await shell.run(words + ["--json"]).output == #"{"dryRun":true,"parts":1}"# + "\n")
            #expect(await shell.run(["send", "--phone", "12", "--text", "x", "--dry-run"]).status == .usage)
            #expect(await shell.run(["senders", "add", "Shop", "--dry-run"]) == .init(.done, "would be asked for: Shop\n", ""))
            #expect(
                await shell.run(["senders", "add", "Simulator", "--dry-run", "--json"]).output == #"{"dryRun":true,"exists":true}"# + "\n")
            #expect(await simulator.total() == 0)
            #expect(await !shell.run(["senders"]).output.contains("Shop"))
        }
    }

    // MARK: Questions

    @Test func statusIsAsked() async throws {
        try await withProvider { shell, simulator in
            _ = await shell.run(Self.send)
            let id = await simulator.sends()[0].id
            #expect(await shell.run(["status", "\(id)"]) == .init(.done, "SENT\n", ""))
            await simulator.advance(by: .seconds(60))
            #expect(await shell.run(["status", "\(id)", "--json"]) == .init(.done, #"{"id":"\#(id)","status":"DELIVERED"}"# + "\n", ""))
            #expect(await shell.run(["status", "7", "--json"]) == .init(.refused, #"{"error":"WRONG_ID","outcome":"refused"}"# + "\n", ""))
            #expect(await shell.run(["status", "x"]).status == .usage)
        }
    }

    @Test func theAccountIsShown() async throws {
        try await withProvider {
            $0.credits = 4_400
            $0.templates = [MessageTemplate(tag: "TPL_ID_1", text: "Hello")]
            $0.senders = [
                SenderName("Shop"), SenderName("AL SHOP", isChecked: true, isRegistered: false), SenderName("New", isChecked: false),
            ]
        } body: { shell, _ in
            #expect(await shell.run(["balance"]) == .init(.done, "4400 SMS parts, 880.00 BYN\n", ""))
            #expect(await shell.run(["balance", "--json"]) == .init(.done, #"{"credits":4400,"balance":880.00}"# + "\n", ""))
            #expect(await shell.run(["senders"]).output == "Shop: usable\nAL SHOP: checked, not registered\nNew: not checked yet\n")
            let senders = try JSONValue(parsing: Array(await shell.run(["senders", "--json"]).output.utf8))
            #expect(senders.arrayValue?.count == 3 && senders.arrayValue?[1]["registered"] == .bool(false))
            #expect(await shell.run(["templates"]) == .init(.done, "TPL_ID_1: Hello\n", ""))
            #expect(await shell.run(["templates", "--json"]) == .init(.done, #"[{"tpl_id":"TPL_ID_1","text":"Hello"}]"# + "\n", ""))
        }
        try await withProvider {
            $0.templates = []
            $0.senders = []
        } body: { shell, _ in
            #expect(await shell.run(["senders"]).output == "no sender names\n")
            #expect(await shell.run(["templates"]).output == "no templates\n")
        }
    }

    private static let questions = [["status", "8767"], ["balance"], ["senders"], ["templates"]]

    @Test(arguments: questions)
    func aQuestionWithoutAnAnswerFailedAndMayBeRepeated(words: [String]) async throws {
        try await withProvider { shell, simulator in
            try await simulator.change(FaultChange(FaultRule(.replyLost)))
            let lost = await shell.run(words + ["--json"])
            #expect(lost.status == .notSent && lost.output.contains(#""outcome":"failed""#))
            try await simulator.change(FaultChange(FaultRule(.wrongAuth)))
            #expect(await shell.run(words).status == .denied)
            try await simulator.change(FaultChange(FaultRule(.html)))
            #expect(await shell.run(words).status == .notSent)
        }
        let nobody = ProviderShell(baseURL: "http://127.0.0.1:\(FreePort.next())")
        let refused = await nobody.run(words)
        #expect(refused.status == .notSent && refused.errors.contains("refused"))
    }

    // MARK: senders add

    @Test func aSenderIsAskedFor() async throws {
        try await withProvider { shell, _ in
            #expect(await shell.run(["senders", "add", "My-Shop.by", "--json"]) == .init(.done, #"{"status":"OK"}"# + "\n", ""))
            let again = await shell.run(["senders", "add", "My-Shop.by", "--json"])
            #expect(again == .init(.refused, #"{"error":"SENDER_ALREADY_ADDED","outcome":"refused"}"# + "\n", ""))
            for name in ["two words", "TwelveLetter", "Магазин", ""] {
                #expect(await shell.run(["senders", "add", name]).status == .usage, "\(name)")
            }
        }
    }

    @Test func aSenderWhoseAnswerIsLostMayHaveBeenAskedFor() async throws {
        try await withProvider { shell, simulator in
            try await simulator.change(FaultChange(FaultRule(.replyLost)))
            let lost = await shell.run(["senders", "add", "Shop", "--json"])
            #expect(lost.status == .unknown && lost.output.contains(#""outcome":"unknown""#))
            try await simulator.change(FaultChange(FaultRule(.tooManyRequests)))
            let limited = await shell.run(["senders", "add", "Shop2", "--json"])
            #expect(limited.status == .notSent && limited.output.contains(#""outcome":"notSent""#))
        }
        let nobody = ProviderShell(baseURL: "http://127.0.0.1:\(FreePort.next())")
        #expect(await nobody.run(["senders", "add", "Shop"]).status == .notSent)
    }

    // MARK: Configuration

    @Test(arguments: questions + [send, ["senders", "add", "Shop"]])
    func theConfigurationIsCheckedFirst(words: [String]) async {
        let shell = ProviderShell(baseURL: "https://api.rocketsms.by/simple")
        let wrong = await shell.run(words)
        #expect(wrong.status == .configuration)
        #expect(wrong.errors.contains("ROCKETSMS_BASE_URL") && wrong.errors.contains("https://api.rocketsms.by"))
        let nobody = await CapturedConsole().run(words, environment: ["ROCKETSMS_BASE_URL": "http://127.0.0.1:1"])
        #expect(nobody == .configuration, "no credentials")
    }
}

/// Runs commands against one provider.
private struct ProviderShell {
    struct Result: Equatable {
        let status: Status
        let output: String
        let errors: String

        init(_ status: Status, _ output: String, _ errors: String) {
            self.status = status
            self.output = output
            self.errors = errors
        }
    }

    let environment: [String: String]

    init(baseURL: String) {
        environment = ["ROCKETSMS_BASE_URL": baseURL, "ROCKETSMS_USERNAME": "123456789", "ROCKETSMS_PASSWORD": "simulator"]
    }

    func run(_ words: [String], _ more: [String: String] = [:]) async -> Result {
        let console = CapturedConsole()
        let status = await console.run(words, environment: environment.merging(more) { $1 })
        return Result(status, console.output, console.errors)
    }
}
