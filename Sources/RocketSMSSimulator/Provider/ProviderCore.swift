internal import EventLoop
internal import JSON
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

    package init(_ configuration: SimulatorConfiguration) { provider = SimulatedProvider(configuration) }

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
}
