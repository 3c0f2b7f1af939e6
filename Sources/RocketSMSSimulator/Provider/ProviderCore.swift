internal import EventLoop
internal import JSON
package import SMPP
package import Time

/// The provider without a server: bytes of a form in, bytes of an answer out, at whatever time the caller says.
package struct ProviderCore {
    /// What came of a request; its body is in `body`.
    package struct Answer {
        package let status: Int
        /// The error code, where it was refused.
        package let code: String?
        /// Messages accepted by it, by sequence number.
        package let accepted: Range<Int>
    }

    private var provider: SimulatedProvider
    private var centre: MessageCentreCore

    package init(_ configuration: SimulatorConfiguration) {
        provider = SimulatedProvider(configuration)
        centre = MessageCentreCore(partLimit: max(1, configuration.recordLimit / 4))
    }

    /// - Parameter form: the body of a POST, or the query of a GET.
    package mutating func answer(_ endpoint: Endpoint, form: UnsafeRawBufferPointer, at now: WallTime) -> Answer {
        var parameters = FormParameters()
        parameters.read(form)
        let answer = provider.answer(endpoint, parameters, at: now, receivedAt: now)
        return Answer(status: answer.status, code: answer.code, accepted: answer.accepted)
    }

    /// The answer to the request served last.
    package var body: [UInt8] { provider.reply.bytes }

    /// What the account can pay.
    package var credits: Int {
        get { provider.credits }
        set { provider.credits = newValue }
    }

    /// Changes the account's password, as its owner does.
    package mutating func setPassword(_ password: String, username: String) {
        provider.credentials = Credentials(username: username, password: password)
    }

    /// Changes what is assumed of the provider.
    package mutating func change(_ body: (inout SimulatorSwitches) -> Void) { body(&provider.switches) }

    /// The id that the provider gave a message.
    package func id(of sequence: Int) -> Int64 { provider.id(of: sequence) }

    // MARK: Message centre

    /// What happens on a connection of a client. Links are numbered by the caller, each greater than any before it.
    package enum LinkEvent: Sendable {
        case opened
        case received(PDUDecoder.Item)
        /// By the client, or broken.
        case closed
    }

    /// - Returns: what is to be done with links, in this order.
    package mutating func take(_ event: LinkEvent, on link: Int, at now: WallTime) -> [MessageCentreAction] {
        centre.advance(to: now, provider)
        switch event {
        case .opened: centre.opened(link)
        case .received(let item): centre.received(item, on: link, &provider, at: now, receivedAt: now)
        case .closed: centre.closed(link, provider, at: now)
        }
        return centre.takeActions()
    }

    /// - Returns: what is to be done with links by now.
    package mutating func advance(to now: WallTime) -> [MessageCentreAction] {
        centre.advance(to: now, provider)
        return centre.takeActions()
    }

    /// When `advance` is wanted next.
    package var nextDeadline: WallTime? { centre.nextDeadline }

    /// Rules that are there already stay.
    ///
    /// - Throws: `SimulatorSwitchError` where there would be too many rules; nothing is changed then.
    package mutating func change(
        _ change: MessageCentreChange, at now: WallTime
    ) throws(SimulatorSwitchError) -> [MessageCentreAction] {
        try centre.rules.add(change.rules)
        centre.apply(change, provider, at: now)
        return centre.takeActions()
    }

    /// Lets go of answers that are kept.
    package mutating func release(_ release: FaultRelease, at now: WallTime) -> [MessageCentreAction] {
        centre.release(release, provider, at: now)
        return centre.takeActions()
    }

    /// Rules of fate, the newest first.
    ///
    /// - Throws: `SimulatorSwitchError` where there would be too many; nothing is changed then.
    package mutating func add(_ fates: FateRule...) throws(SimulatorSwitchError) { try provider.changeFates(clear: false, add: fates) }

    /// Accepted by SMPP, oldest first.
    package var parts: [SubmittedPart] { Array(centre.log.parts(from: 1, limit: .max)) }

    package var centreCounters: MessageCentreCounters { centre.counters }
}
