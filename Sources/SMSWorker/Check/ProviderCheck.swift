internal import EventLoop
internal import Requests
internal import RocketSMS
internal import SMSPipeline
internal import Time

/// What the provider's answers mean for a start: the lines of provider, credentials, senders and clock. Pure.
package struct ProviderCheck {
    /// A difference of clocks that `sendAt`, `expiresAt` and the windows can do with.
    package static let tolerance = Duration.seconds(10)

    package let lines: [CheckLine]

    /// - Parameter facts: nil where no answer came in time.
    package init(_ configuration: WorkerConfiguration, _ facts: ProviderFacts?) {
        let address = configuration.provider.baseURL
        guard let facts else {
            lines = [Self.away(address, "it did not answer in time")] + Self.unasked([.credentials, .senders, .clock])
            return
        }
        let clock = Self.clock(facts.clock)
        switch facts.balance {
        case .failed(let reason, _):
            lines = [Self.away(address, reason)] + Self.unasked([.credentials, .senders]) + clock
        case .refused(let code, let kind):
            let remedy =
                kind == .account
                ? "ROCKETSMS_USERNAME, ROCKETSMS_PASSWORD or their files: `rocketsms-worker balance` tries them"
                : "schemas/CODES.md says what the code means; the provider's support says the rest"
            lines =
                [
                    .good(.provider, "it answers at \(address)"),
                    .finding(.credentials, "the provider refuses \(kind == .account ? "them" : "the account"): \(code)", remedy: remedy),
                    .unasked(.senders, "the provider did not tell"),
                ] + clock
        case .answered(let balance):
            lines =
                [.good(.provider, "it answers at \(address)"), Self.credentials(balance)]
                + Self.senders(configuration, facts.senders) + clock
        }
    }

    private static func away(_ address: String, _ reason: String) -> CheckLine {
        .finding(.provider, "no answer from \(address): \(reason)", remedy: "ROCKETSMS_BASE_URL, a proxy, a firewall, its certificate")
    }

    private static func unasked(_ subjects: [CheckLine.Subject]) -> [CheckLine] {
        subjects.map { .unasked($0, "the provider did not answer") }
    }

    private static func credentials(_ balance: Balance) -> CheckLine {
        if let credits = balance.credits, credits <= 0 {
            return .finding(
                .credentials, "they are taken, and the account has no credits",
                remedy: "top up; nothing is sent before, and no message fails")
        }
        return .good(.credentials, "they are taken; \(balance.credits.map { "\($0)" } ?? "an unknown number of") credits")
    }

    // MARK: Senders

    private static func senders(_ configuration: WorkerConfiguration, _ outcome: QueryOutcome<[Sender]>?) -> [CheckLine] {
        guard case .answered(let list) = outcome else { return [.unasked(.senders, "the provider's list of senders could not be had")] }
        let usable = list.count { $0.isChecked && $0.isRegistered }
        let wanted = configuration.send.allowedSenders.sorted
        let findings = wanted.compactMap { finding($0, list) }
        if !findings.isEmpty { return findings }
        if configuration.provider.senderPolicy == .reject, usable == 0 {
            return [
                .finding(
                    .senders, "the account has no usable sender, and ROCKETSMS_SENDER_POLICY refuses requests that name another",
                    remedy: "`rocketsms-worker senders add NAME`")
            ]
        }
        return [.good(.senders, wanted.isEmpty ? "\(usable) of the account are usable" : "all of SEND_ALLOWED_SENDERS are usable")]
    }

    private static func finding(_ name: String, _ list: [Sender]) -> CheckLine? {
        guard let sender = list.first(where: { $0.name == name }) else {
            return .finding(
                .senders, "\(name) of SEND_ALLOWED_SENDERS is not on the account: the provider sends from another name",
                remedy: "`rocketsms-worker senders add \(name)`, or take it out")
        }
        if sender.isChecked, sender.isRegistered { return nil }
        return .finding(
            .senders,
            "\(name) of SEND_ALLOWED_SENDERS is \(sender.isChecked ? "not registered with the operators" : "not checked") yet: the provider sends from another name",
            remedy: "wait for the provider, or ask its support")
    }

    // MARK: Clock

    private static func clock(_ reading: ProviderFacts.ClockReading?) -> [CheckLine] {
        guard let reading else { return [.unasked(.clock, "no answer of the provider had a Date to compare with")] }
        let ahead = reading.ahead
        let seconds = abs(ahead.milliseconds) / 1_000
        guard seconds >= tolerance.milliseconds / 1_000 else { return [.good(.clock, "it goes with the provider's")] }
        return [
            .finding(
                .clock, "this machine's clock is \(seconds) s \(ahead > .zero ? "ahead of" : "behind") the provider's",
                remedy: "timedatectl, chronyc tracking: sendAt, expiresAt and the windows go by it")
        ]
    }
}
