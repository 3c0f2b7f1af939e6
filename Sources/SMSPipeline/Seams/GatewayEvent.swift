package import Requests

/// What a gateway has to tell.
package enum GatewayEvent {
    case submitted(tag: UInt64, AttemptOutcome)
    case polled(tag: UInt64, PollOutcome)
    case balance(BalanceAnswer)
    case senders(SendersAnswer)
    case templates(TemplatesAnswer)
    /// What became of one part; nil: `mayBegin` said no, and nothing of it has left.
    case part(tag: UInt64, PartOutcome?)
    /// The word after `unknown` on the same tag: the part was taken after all, with this id; or, nil, nothing will be heard of it any more.
    case latePart(tag: UInt64, id: String?)
    case door(DoorState)
    /// The provider asks for a pause, beside an outcome that says nothing of one.
    case later(Duration)
}
