internal import EventLoop
internal import JSON
internal import Time

/// The provider's state and its answers: no clock, no network, no chance but the seed's. Time comes in as a parameter.
struct SimulatedProvider {
    /// What came of a request; the body is in `reply`.
    struct Answer {
        var status = 200
        /// The error code, where it was refused.
        var code: String?
        /// Messages accepted by it, by sequence number.
        var accepted = 0..<0
    }

    var switches: SimulatorSwitches
    var credits: Int
    var credentials: Credentials
    var senders: [SenderName]
    var templates: [MessageTemplate]
    private(set) var log: SendLog
    /// The answer to the request served last.
    var reply = JSONWriter()
    /// Newest first, as they are tried; with their place in `fateTable`.
    private var fates: [(rule: FateRule, place: Int)] = []
    /// All fate rules there have been: entries of the log point into it.
    private var fateTable: [FateRule] = []
    let seed: UInt64
    /// Names that messages have gone out under for want of one of their own.
    var mainSenders: [String] = []
    /// First acceptance of a phone and text, where repeats are found out.
    var recent: [RecentKey: (sequence: Int, at: WallTime)] = [:]
    /// Messages that are not paid for yet, where the switches charge later than at acceptance.
    var charges = PendingCharges()
    /// Room for the text and the sender of the request being served.
    var text: [UInt8] = []
    var sender: [UInt8] = []

    struct RecentKey: Hashable {
        let phone: PhoneNumber
        let text: [UInt8]
    }

    init(_ configuration: SimulatorConfiguration) {
        switches = configuration.switches
        credits = configuration.credits
        credentials = Credentials(username: configuration.username, password: configuration.password)
        senders = configuration.senders
        templates = configuration.templates
        log = SendLog(limit: configuration.recordLimit, byteLimit: configuration.recordByteLimit)
        seed = configuration.seed
    }

    /// Carries out a request of the API.
    ///
    /// - Parameters:
    ///   - now: by the provider's clock.
    ///   - receivedAt: by the wall clock, for the record only.
    ///   - allowsPlain: the older API's way with passwords.
    mutating func answer(
        _ endpoint: Endpoint, _ parameters: borrowing FormParameters, at now: WallTime, receivedAt: WallTime, allowsPlain: Bool = false
    ) -> Answer {
        reply.removeAll()
        settleCharges(at: now)
        if !credentials.accept(parameters, switches: switches, allowsPlain: allowsPlain) {
            if switches.credentialsCheck == .last, let code = missingCode(endpoint, parameters) { return refuse(code) }
            let isMissing = parameters.username == nil || parameters.password == nil
            var answer = refuse(isMissing ? switches.missingCredentialsCode : "WRONG_AUTH")
            answer.status = switches.authErrorStatus
            return answer
        }
        switch endpoint {
        case .send: return send(parameters, at: now, receivedAt: receivedAt)
        case .bulkSend: return bulkSend(parameters, at: now, receivedAt: receivedAt)
        case .status: return status(parameters, at: now)
        case .balance: return balance(at: now)
        case .senders: return listSenders()
        case .sendersAdd: return addSender(parameters)
        case .templates: return listTemplates()
        }
    }

    /// The answer to a request that is refused with this code.
    mutating func refuse(_ code: String) -> Answer {
        reply.removeAll()
        reply.beginObject()
        reply.member("error", code)
        reply.endObject()
        return Answer(status: code == "WRONG_AUTH" ? switches.authErrorStatus : switches.errorStatus, code: code)
    }

    // MARK: Record

    /// Messages accepted so far.
    var total: Int { log.total }

    /// - Parameter part: of a part that came by SMPP, its number in its message.
    mutating func record(_ entry: SendEntry, text: [UInt8], sender: [UInt8], part: Int? = nil) -> Int {
        var entry = entry
        if !fates.isEmpty {
            let phone = Array(entry.phone.string.utf8)
            let fate = fates.first { FaultPlan.ends(phone, with: $0.rule.phoneSuffix) && ($0.rule.part == nil || $0.rule.part == part) }
            entry.fate = UInt16(clamping: fate.map { $0.place + 1 } ?? 0)
        }
        return log.append(entry, text: text, sender: sender)
    }

    /// Notes what happened to the answer.
    mutating func mark(_ messages: Range<Int>, _ fault: FaultKind) {
        for sequence in messages where log.kept.contains(sequence) { log[sequence].fault = fault.mark }
    }

    func id(of sequence: Int) -> Int64 { Int64(switches.idStart + (sequence - 1) * switches.idStep) }

    /// - Returns: nil where no message with that id is kept.
    func sequence(of id: Int64) -> Int? {
        let (distance, overflow) = Int(id).subtractingReportingOverflow(switches.idStart)
        guard !overflow, distance >= 0, distance % switches.idStep == 0 else { return nil }
        let sequence = distance / switches.idStep + 1
        return log.kept.contains(sequence) ? sequence : nil
    }

    func course(_ sequence: Int, _ entry: SendEntry) -> MessageCourse {
        MessageCourse(
            acceptedAt: entry.acceptedAt,
            timestamp: entry.flags.contains(.timestamp) ? WallTime(milliseconds: entry.timestamp.multipliedClamping(by: 1_000)) : nil,
            isPriority: entry.flags.contains(.priority), dice: SplitMix64.bits(seed: seed, index: sequence),
            rule: entry.fate > 0 ? fateTable[Int(entry.fate) - 1] : nil, switches: switches)
    }

    mutating func refund(_ sequence: Int) {
        guard switches.refundOnFailed, !log[sequence].flags.contains(.refunded) else { return }
        log[sequence].flags.insert(.refunded)
        credits += Int(log[sequence].parts)
    }

    /// - Throws: `SimulatorSwitchError` when there have been too many different rules.
    mutating func changeFates(clear: Bool, add rules: [FateRule]) throws(SimulatorSwitchError) {
        var table = fateTable
        var added: [(rule: FateRule, place: Int)] = []
        for rule in rules {
            let place = table.firstIndex(of: rule) ?? table.count
            if place == table.count { table.append(rule) }
            added.append((rule, place))
        }
        guard table.count < 60_000, added.count + fates.count <= FaultPlan.maximumRules else {
            throw SimulatorSwitchError("too many rules of fate")
        }
        fateTable = table
        fates = added + (clear ? [] : fates)
    }
}

extension Int64 {
    /// The product, or the nearest that there is.
    func multipliedClamping(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        return overflow ? (self < 0 ? .min : .max) : product
    }
}

extension FaultKind {
    /// As an entry of the log keeps it.
    var mark: UInt8 { UInt8((FaultKind.allCases.firstIndex(of: self) ?? 0) + 1) }

    init?(mark: UInt8) {
        guard mark > 0 else { return nil }
        self = FaultKind.allCases[Int(mark) - 1]
    }
}
