import RocketSMS
import Testing
import Time

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

@Suite struct ProviderCheckTests {
    private typealias Clock = ProviderFacts.ClockReading

    private let shop = Sender(name: "Shop", isVerified: true, isChecked: true, isRegistered: true)
    private let now = WallTime(milliseconds: 1_800_000_000_000)

    private func clock(off seconds: Int) -> Clock { Clock(date: now + .seconds(-seconds), asked: now, answered: now + .milliseconds(200)) }

    private func lines(
        _ balance: QueryOutcome<Balance> = .answered(Balance(credits: 10, money: "2.00")), senders: [Sender]? = nil, clock: Clock? = nil,
        _ more: [String: String] = [:]
    ) throws -> [CheckLine] {
        let configuration = try loadConfiguration(more).configuration
        let list: QueryOutcome<[Sender]>
        if case .answered = balance { list = .answered(senders ?? [shop]) } else { list = .failed(reason: "not asked", retryAfter: nil) }
        return ProviderCheck(configuration, ProviderFacts(balance: balance, senders: list, clock: clock ?? self.clock(off: 0))).lines
    }

    private func results(_ lines: [CheckLine]) -> [String] { lines.map { "\($0.subject.rawValue) \($0.result.rawValue)" } }

    @Test func whereAllIsWellEachHasALine() throws {
        #expect(try results(lines()) == ["provider ok", "credentials ok", "senders ok", "clock ok"])
    }

    @Test func aProviderThatIsAwayLeavesTheRestUnasked() throws {
        let lines = try lines(.failed(reason: "no connection: refused", retryAfter: nil))
        try #require(results(lines) == ["provider finding", "credentials unasked", "senders unasked", "clock ok"])
        #expect(lines[0].sentence.contains("no connection: refused") && lines[0].remedy?.contains("ROCKETSMS_BASE_URL") == true)
        let late = ProviderCheck(try loadConfiguration().configuration, nil).lines
        #expect(results(late) == ["provider finding", "credentials unasked", "senders unasked", "clock unasked"])
    }

    @Test func aWrongPasswordIsTheCredentialsLine() throws {
        let lines = try lines(.refused(code: "WRONG_AUTH", .account))
        try #require(results(lines) == ["provider ok", "credentials finding", "senders unasked", "clock ok"])
        #expect(lines[1].sentence.hasSuffix("WRONG_AUTH") && lines[1].remedy?.contains("ROCKETSMS_PASSWORD") == true)
    }

    @Test func anotherRefusalIsOfTheAccount() throws {
        let lines = try lines(.refused(code: "BLOCKED", .permanent))
        #expect(lines[1].result == .finding && lines[1].remedy?.contains("CODES.md") == true)
    }

    @Test func anEmptyAccountIsAFinding() throws {
        #expect(try lines(.answered(Balance(credits: 0, money: nil)))[1].result == .finding)
        #expect(try lines(.answered(Balance(credits: nil, money: nil)))[1].result == .good)
    }

    @Test func aSenderThatIsNotOnTheAccountIsNamed() throws {
        let pending = Sender(name: "New", isVerified: false, isChecked: false, isRegistered: false)
        let half = Sender(name: "Half", isVerified: false, isChecked: true, isRegistered: false)
        let lines = try lines(senders: [shop, pending, half], ["SEND_ALLOWED_SENDERS": "Shop,Other,New,Half"]).filter {
            $0.subject == .senders
        }
        try #require(lines.map(\.result) == [.finding, .finding, .finding])
        #expect(lines[0].sentence.hasPrefix("Half of SEND_ALLOWED_SENDERS is not registered"))
        #expect(lines[1].sentence.hasPrefix("New of SEND_ALLOWED_SENDERS is not checked"))
        #expect(lines[2].remedy == "`rocketsms-worker senders add Other`, or take it out")
        #expect(try self.lines(senders: nil, ["SEND_ALLOWED_SENDERS": "Shop"])[2].result == .good)
    }

    @Test func aPolicyThatRefusesEverySenderIsAFinding() throws {
        let lines = try lines(senders: [], ["ROCKETSMS_SENDER_POLICY": "reject"]).filter { $0.subject == .senders }
        #expect(lines.map(\.result) == [.finding])
        #expect(try self.lines(senders: [])[2].result == .good)
    }

    @Test(arguments: [
        (0, nil), (9, nil), (-9, nil), (12, "11 s ahead of"), (3_600, "3599 s ahead of"), (-12, "11 s behind"), (-86_400, "86399 s behind"),
    ])
    func aClockThatIsOffIsAFinding(seconds: Int, words: String?) throws {
        let line = try #require(try lines(clock: clock(off: seconds)).last)
        #expect(line.subject == .clock && line.result == (words == nil ? .good : .finding))
        #expect(words.map { line.sentence == "this machine's clock is \($0) the provider's" } ?? true)
    }

    @Test func whoseAnswersHaveNoDateIsNotJudged() throws {
        let facts = ProviderFacts(balance: .answered(Balance(credits: 1, money: nil)), senders: .answered([]), clock: nil)
        #expect(ProviderCheck(try loadConfiguration().configuration, facts).lines.last?.result == .unasked)
    }

    @Test func anAnswerThatTookLongProvesLittle() {
        let reading = Clock(date: now, asked: now + .seconds(-60), answered: now + .seconds(60))
        #expect(reading.ahead == .zero)
        #expect(Clock(date: now, asked: now + .milliseconds(999), answered: now + .seconds(1)).ahead == .zero)
        #expect(Clock(date: now, asked: now + .milliseconds(1_000), answered: now + .seconds(1)).ahead == .milliseconds(1))
    }
}
