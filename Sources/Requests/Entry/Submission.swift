/// A message on its way over SMPP: its parts, each a submit_sm of its own, and what must be the same in every attempt (SMPP 3.4).
///
/// A pure value. It is made with the first intent and kept until the request is closed; no configuration changes it later.
package struct Submission: Equatable, Sendable {
    /// How the parts say that they belong together (3GPP TS 23.040, 9.2.3.24; SMPP 3.4, 5.3.2.22).
    package enum Concatenation: UInt8, Equatable, Sendable {
        /// A user data header.
        case udh = 0
        /// The three sar_… parameters.
        case sar = 1
        /// The whole text as one message_payload.
        case payload = 2
    }

    /// What was settled for all parts when the first one was about to go.
    package struct Format: Equatable, Sendable {
        /// The parts carry UTF-16, else the GSM alphabet.
        package var isUCS2: Bool
        /// data_coding, as the centre is told.
        package var dataCoding: UInt8
        package var concatenation: Concatenation
        /// Tells these parts on a phone from those of another message.
        package var reference: UInt16

        package init(isUCS2: Bool, dataCoding: UInt8, concatenation: Concatenation, reference: UInt16) {
            self.isUCS2 = isUCS2
            self.dataCoding = dataCoding
            self.concatenation = concatenation
            self.reference = reference
        }
    }

    package struct Part: Equatable, Sendable {
        package enum State: UInt8, Equatable, Sendable {
            /// The centre provably has no such part.
            case unsent = 0
            /// Nobody knows whether it has.
            case unknown = 1
            /// It said so.
            case accepted = 2
            /// It will not have it.
            case refused = 3
            /// An operator says that it went out, and gives no id: nothing more will be heard of it.
            case presumed = 4
        }

        package fileprivate(set) var state = State.unsent
        /// Of an accepted part, by its receipts. The first final one stays.
        package fileprivate(set) var status = MessageStatus.sent
        /// As the centre gave it; empty where it gave none.
        package fileprivate(set) var id = ""

        package init() {}

        /// From stored parts; the codec alone calls it.
        init(state: State, status: MessageStatus, id: String) {
            self.state = state
            self.status = status
            self.id = id
        }
    }

    /// Most parts of one message: a header counts them in one octet.
    package static let partLimit = 255

    /// Which account of the centre has it: a hash, as receipts carry it.
    package let account: UInt32
    /// The number of the next receipt when the first intent was made: receipts before it are other messages'.
    package let from: Int64
    /// A hash of the recipient's last digits, as receipts carry it.
    package let address: UInt16
    package let format: Format
    package private(set) var parts: [Part]

    /// - Parameter count: 1…255.
    package init(account: UInt32, from: Int64, address: UInt16, format: Format, count: Int) {
        precondition((1...Self.partLimit).contains(count), "a message has 1 to 255 parts")
        self.init(account: account, from: from, address: address, format: format, parts: Array(repeating: Part(), count: count))
    }

    /// From stored parts.
    init(account: UInt32, from: Int64, address: UInt16, format: Format, parts: [Part]) {
        self.account = account
        self.from = from
        self.address = address
        self.format = format
        self.parts = parts
    }

    // MARK: What it says

    /// What an attempt submits, in this order: all that is not known to be taken. Unknown parts are among them only where the policy or an
    /// operator has the request wait for another attempt.
    package var toSubmit: [Int] { parts.indices.filter { parts[$0].state == .unsent || parts[$0].state == .unknown } }

    package var unknown: [Int] { parts.indices.filter { parts[$0].state == .unknown } }

    /// Parts that went out, by the centre's word or an operator's.
    package var takenCount: Int { parts.count { $0.state == .accepted || $0.state == .presumed } }

    package var isWhole: Bool { takenCount == parts.count }

    /// All are with the centre, and of one nothing more will be heard.
    package var isPresumed: Bool { parts.contains { $0.state == .presumed } }

    /// One part's final failure is the message's: a phone shows it whole or not at all.
    package var hasFailed: Bool { parts.contains { $0.state == .accepted && $0.status == .failed } }

    /// The message's status by those of its parts: FAILED by one, DELIVERED by all, else the least.
    package var status: MessageStatus {
        if hasFailed { return .failed }
        return parts.lazy.filter { $0.state == .accepted }.map(\.status).min() ?? .sent
    }

    /// The ids of accepted parts, in the parts' order.
    package var messageIDs: [String] { parts.lazy.filter { $0.state == .accepted && !$0.id.isEmpty }.map(\.id) }

    /// For an event's reason.
    package var taken: String { "\(takenCount) of \(parts.count) parts were taken" }

    /// What an operator has named: `N=ID` of part N, from 1; any other text is the id of the next unknown part that no such names.
    ///
    /// - Returns: ids by parts, counted from 0; of parts that are not unknown none.
    package func named(_ texts: [String]) -> [Int: String] {
        var ids: [Int: String] = [:]
        var others: [String] = []
        let unknown = unknown
        for text in texts {
            let halves = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if halves.count == 2, let number = Int(halves[0]), unknown.contains(number - 1), !halves[1].isEmpty {
                ids[number - 1] = String(halves[1])
            } else {
                others.append(text)
            }
        }
        for (part, id) in zip(unknown.filter { ids[$0] == nil }, others) { ids[part] = id }
        return ids
    }

    // MARK: What it learns

    /// What became of one part in an attempt.
    mutating func settle(_ index: Int, _ outcome: PartOutcome) {
        switch outcome {
        case .accepted(let id, let status):
            parts[index].state = .accepted
            parts[index].id = id.utf8.count <= Echo.messageIDLength ? id : ""
            parts[index].status = status
        case .refused: parts[index].state = .refused
        case .unknown: parts[index].state = .unknown
        // A part that was unknown before stays so: that this copy did not go says nothing of the other.
        case .notSent, .account: break
        }
    }

    /// A receipt's word on one part.
    ///
    /// - Returns: whether it says anything new. Statuses move forward; the first final one stays.
    mutating func learn(_ index: Int, _ status: MessageStatus) -> Bool {
        guard parts.indices.contains(index), parts[index].state == .accepted else { return false }
        guard !parts[index].status.isFinal, status > parts[index].status else { return false }
        parts[index].status = status
        return true
    }

    /// The attempt's process is gone and left no word: what is not known to be taken may be.
    mutating func forget() { for index in toSubmit { parts[index].state = .unknown } }

    /// An operator's word that the unknown parts went out.
    ///
    /// - Parameter ids: of parts by number from 0.
    mutating func presume(_ ids: [Int: String]) {
        for index in unknown {
            let id = ids[index].flatMap { (1...Echo.messageIDLength).contains($0.utf8.count) ? $0 : nil }
            parts[index].state = id == nil ? .presumed : .accepted
            parts[index].id = id ?? ""
        }
    }
}
