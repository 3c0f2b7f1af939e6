package import Requests

/// What a gateway has to tell.
package enum GatewayEvent {
    case submitted(tag: UInt64, AttemptOutcome)
    case polled(tag: UInt64, PollOutcome)
    case balance(BalanceAnswer)
    case senders(SendersAnswer)
    case templates(TemplatesAnswer)
    /// The provider asks for a pause, beside an outcome that says nothing of one.
    case later(Duration)
}
