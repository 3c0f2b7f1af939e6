internal import Requests
internal import SMSPipeline
internal import SMSWorker

extension LedgerEntry.State {
    /// For operators.
    var name: StaticString {
        switch self {
        case .waiting: "waiting"
        case .sending: "sending"
        case .tracking: "tracking"
        case .held: "held"
        case .closed: "closed"
        }
    }

    static let open: [LedgerEntry.State] = [.waiting, .sending, .tracking, .held]

    /// - Throws: where it is none of the open ones.
    static func named(_ name: String) throws(UsageError) -> LedgerEntry.State {
        guard let state = open.first(where: { "\($0.name)" == name }) else {
            throw UsageError("--state: \"\(UsageError.excerpt(name))\" is none of \(HelpText.list(open.map { "\($0.name)" })).")
        }
        return state
    }
}
