internal import Requests
package import SMSPipeline

/// What state the worker is in, and what to do about it: the page's first line. The sentences are those of `/readyz` and of the log.
package struct WorkerState: Equatable, Sendable {
    /// How urgent it is; the page has a colour, a sign and a word for each.
    package enum Tone: String, Sendable {
        case well
        /// It passes by itself.
        case passing
        /// Somebody should look.
        case warning
        /// Nothing, or something, is not sent until somebody acts.
        case act
    }

    package var tone: Tone
    package var sentence: String
    package var advice: String

    /// What an operator would have to look at first.
    package init(_ report: HealthReport) {
        if let hindrance = report.hindrance {
            (tone, sentence, advice) = (Self.tone(of: hindrance), hindrance.sentence, Self.advice(on: hindrance))
        } else if let problem = report.account {
            (tone, sentence, advice) = (.act, Sentences.paused(for: problem), Self.advice(on: problem))
        } else if let shut = report.door.sentence {
            (tone, sentence, advice) = (.warning, shut, Self.atTheCentre)
        } else if report.breaker == .open {
            (tone, sentence, advice) = (.act, Sentences.probing, Self.atTheProvider)
        } else if let code = report.refusals {
            (tone, sentence) = (.act, "\(Sentences.refused) (\(code))")
            advice =
                "Ask the provider what the code means. If the account is empty or locked, name it in ROCKETSMS_CREDIT_CODES or "
                + "ROCKETSMS_ACCOUNT_CODES: then the account pauses and no message fails."
        } else if report.breaker == .halfOpen {
            (tone, sentence, advice) = (.warning, Sentences.narrowed, Self.atTheProvider)
        } else if report.held > 0 {
            (tone, sentence) = (
                .warning, report.held == 1 ? Sentences.held : "\(report.held) requests are held: nobody knows whether their SMS went out"
            )
            advice = "The provider's cabinet says whether the SMS went out: \(Sentences.resolve)."
        } else {
            (tone, sentence, advice) = (.well, "ready", "Nothing to do.")
            if report.assigned == 0 { advice = "Nothing to do: this worker owns no partition, others have them all." }
        }
    }

    /// For a worker whose pipeline has not said anything, or not of late.
    package init(tone: Tone, sentence: String, advice: String) {
        self.tone = tone
        self.sentence = sentence
        self.advice = advice
    }

    package static let starting = WorkerState(
        tone: .passing, sentence: "starting", advice: "Wait: it looks at its topics and connects. The log says what it waits for.")

    package static func silent(for seconds: Int) -> WorkerState {
        WorkerState(
            tone: .act, sentence: "the pipeline has not answered for \(seconds) s",
            advice: "What is below is as old as that. After a minute /livez fails, so that a supervisor restarts it; keep its log.")
    }

    private static let atTheProvider =
        "It goes on by itself. If it lasts: the log names the last failure; ROCKETSMS_BASE_URL, network and certificate first, then the provider's support."

    private static let atTheCentre =
        "It goes on by itself, and no message fails for it before its time is over. If it lasts: `rocketsms-worker check` tries a bind and says what helps."

    private static func tone(of hindrance: Hindrance) -> Tone {
        switch hindrance {
        case .draining, .reconnecting, .joining, .restoring, .tooManyBinds: .passing
        case .reconnectingHangs, .noBroker, .commitsFail, .refusedByGroup, .closed, .notRead, .ledgerNotRead, .receiptsNotRead: .act
        }
    }

    private static func advice(on problem: AccountProblem) -> String {
        switch problem {
        case .credentials:
            "Was the password changed? `rocketsms-worker check` tries the configured ones; where they come from a file it is read again, where from a variable the workers want a restart."
        case .credit: "Top the account up; it goes on within five minutes, when there is enough for the message that has waited longest."
        }
    }

    private static func advice(on hindrance: Hindrance) -> String {
        switch hindrance {
        case .draining: "Wait: what runs may finish, then it ends."
        case .reconnecting, .reconnectingHangs, .joining: "Wait: it tries again by itself. If it lasts, look at the brokers and at the log."
        case .restoring: "Wait: restoring takes as long as the ledger is large."
        case .noBroker: "Look at the brokers and at the network to them. Nothing is lost, and it goes on by itself."
        case .refusedByGroup: "Look at this worker's rights and settings for the group; the log has the broker's word."
        case .closed:
            "Other partitions go on. If the sentence names no command: `rocketsms-worker offsets repair --from ledger` is right unless you know better."
        case .notRead, .ledgerNotRead:
            "Other partitions go on. Look at the topic and at this worker's rights on it; it goes on by itself then."
        case .receiptsNotRead:
            "Look at the topic of receipts (TOPICS_RECEIPTS) and at this worker's rights on it; it goes on by itself then."
        case .tooManyBinds:
            "Other replicas may have the binds, or the centre still counts one that was lost. If it lasts, ask the provider for as many binds as there are replicas."
        case .commitsFail: "Look at the brokers: in-sync replicas, disks, rights, max.message.bytes. The log names topic and code."
        }
    }
}
