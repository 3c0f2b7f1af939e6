internal import SMPP

extension SimulatorSwitch {
    static let messageCentre: [SimulatorSwitch] = [
        status("smpp-wrong-password", \.messageCentre.wrongPassword, "status of a bind with a wrong password"),
        number("smpp-bind-limit", \.messageCentre.bindLimit, 0...1_000, .assumption, "binds at once; 0: no limit"),
        choice("smpp-bind-over", \.messageCentre.bindOver, .assumption, "a bind beyond it: refused, or the oldest is closed"),
        status("smpp-bind-over-status", \.messageCentre.bindOverStatus, "status of a bind refused so"),
        choice("smpp-id-form", \.messageCentre.idForm, .assumption, "how ids are written in responses, and in receipts"),
        number("smpp-id-nodes", \.messageCentre.idNodes, 1...2, .assumption, "nodes, by turns of links; each counts ids from id-start"),
        share("smpp-empty-id-share", \.messageCentre.emptyIDShare, .assumption, "share of parts accepted without an id"),
        number("smpp-window", \.messageCentre.window, 0...10_000, .assumption, "submit_sm unanswered on a link; 0: no limit"),
        status("smpp-over-window", \.messageCentre.overWindow, "status of one beyond it"),
        status("smpp-no-credits", \.messageCentre.noCredits, "status of a part that the account cannot pay"),
        duration("smpp-response-delay", \.messageCentre.responseDelay, .assumption, "from submit_sm to its response"),
        choice("smpp-receipt-bind", \.messageCentre.receiptBind, .assumption, "which bind gets a receipt"),
        choice(
            "smpp-receipt-order", \.messageCentre.receiptOrder, .assumption,
            "before-response: the response goes out behind the part's first receipt"),
        duration("smpp-receipt-delay", \.messageCentre.receiptDelay, .assumption, "from the final status to its receipt"),
        share("smpp-receipt-twice-share", \.messageCentre.receiptTwiceShare, .assumption, "share of receipts that come twice"),
        share(
            "smpp-receipt-conflict-share", \.messageCentre.receiptConflictShare, .assumption,
            "share of receipts followed by one that says the opposite"),
        share("smpp-receipt-never-share", \.messageCentre.receiptNeverShare, .assumption, "share of receipts that never come"),
        choice(
            "smpp-receipt-tlv", \.messageCentre.receiptTLV, .assumption,
            "on: receipts have TLVs, the id as in the response; text: the id as in the text; off: none"),
        choice(
            "smpp-receipt-addresses", \.messageCentre.receiptAddresses, .assumption, "swapped: a receipt comes from the phone"),
        duration("smpp-receipt-keep", \.messageCentre.receiptKeep, .assumption, "receipts not kept by the client are discarded then"),
        share("smpp-mo-share", \.messageCentre.moShare, .assumption, "share of parts that the phone answers with a message"),
        number(
            "smpp-deliver-window", \.messageCentre.deliverWindow, 0...10_000, .assumption, "deliver_sm unanswered on a link; 0: no limit"),
        duration(
            "smpp-deliver-timeout", \.messageCentre.deliverTimeout, .assumption, "the link is closed when one is not answered by then"),
        statuses("smpp-deliver-retry", \.messageCentre.deliverRetry, "after these statuses a deliver_sm comes again"),
        duration("smpp-deliver-retry-after", \.messageCentre.deliverRetryAfter, .assumption, "by then"),
    ]

    private static func status(_ name: String, _ field: any Field<CommandStatus>, _ summary: String) -> SimulatorSwitch {
        SimulatorSwitch(
            name: name, kind: .assumption, summary: summary, allowed: "a status such as 0x58",
            value: { StatusText.format($0[keyPath: field]) },
            assign: { switches, text in
                guard let status = StatusText.parse(text), status != .ok else { return false }
                switches[keyPath: field] = status
                return true
            })
    }

    private static func statuses(_ name: String, _ field: any Field<StatusList>, _ summary: String) -> SimulatorSwitch {
        SimulatorSwitch(
            name: name, kind: .assumption, summary: summary, allowed: "statuses such as 0x64,0x14, or nothing",
            value: { $0[keyPath: field].statuses.sorted { $0.rawValue < $1.rawValue }.map(StatusText.format).joined(separator: ",") },
            assign: { switches, text in
                let words = text.isEmpty ? [] : text.split(separator: ",", omittingEmptySubsequences: false)
                let statuses = words.compactMap { StatusText.parse($0) }
                guard statuses.count == words.count else { return false }
                switches[keyPath: field] = StatusList(Set(statuses))
                return true
            })
    }
}
