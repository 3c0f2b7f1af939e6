internal import EventLoop
internal import Requests
package import RocketSMS
internal import SMSPipeline
package import Time

/// What the provider answered to the questions of `check`; both may be asked as often as one likes, and send nothing.
package struct ProviderFacts: Sendable {
    /// Its clock beside ours, at one answer.
    package struct ClockReading: Equatable, Sendable {
        /// The answer's `Date`, a whole second.
        package let date: WallTime
        /// Ours before the question and after the answer.
        package let asked: WallTime
        package let answered: WallTime

        package init(date: WallTime, asked: WallTime, answered: WallTime) {
            self.date = date
            self.asked = asked
            self.answered = answered
        }

        /// How far we are ahead of it, at least: the answer was made at some moment between, and its second may be all but over. Negative:
        /// behind; zero: no difference is proved.
        package var ahead: Duration {
            let end = date + .milliseconds(999)
            if asked > end { return asked - end }
            return answered < date ? answered - date : .zero
        }
    }

    package let balance: QueryOutcome<Balance>
    /// Nil: not asked.
    package let senders: QueryOutcome<[Sender]>?
    /// Nil where the answer had no `Date`, or there was none.
    package let clock: ClockReading?

    package init(balance: QueryOutcome<Balance>, senders: QueryOutcome<[Sender]>?, clock: ClockReading?) {
        self.balance = balance
        self.senders = senders
        self.clock = clock
    }

    package static func ask(_ api: RocketSMSAPI) async -> ProviderFacts {
        let asked = WallTime.now
        let balance = await api.balance()
        let answered = WallTime.now
        let date = await api.lastDate()
        let clock = date.map { ClockReading(date: WallTime(milliseconds: $0 * 1_000), asked: asked, answered: answered) }
        guard case .answered = balance else { return ProviderFacts(balance: balance, senders: nil, clock: clock) }
        return ProviderFacts(balance: balance, senders: await api.senders(), clock: clock)
    }
}
