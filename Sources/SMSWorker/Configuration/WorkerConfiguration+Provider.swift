internal import Requests
package import SMSPipeline

extension WorkerConfiguration {
    /// The provider's side.
    package struct Provider: Equatable, Sendable {
        /// What HTTP 503 with `Retry-After` means.
        package enum Unavailable: String, CaseIterable, Sendable {
            case unknown
            case notSent = "not-sent"
        }

        /// How messages go there.
        package enum Transport: String, CaseIterable, Sendable { case http, smpp }

        /// `https://…`, or `http://…` where that is allowed; no user, query or fragment.
        package var baseURL: String
        package var allowPlaintext: Bool
        /// Nil only where a command does not need them.
        package var credentials: Credentials?
        package var requestTimeout: Duration
        package var connectTimeout: Duration
        /// `error` codes that mean bad credentials.
        package var accountCodes: Set<String>
        /// `error` codes that mean no credit.
        package var creditCodes: Set<String>
        /// `error` codes that mean: not sent, try again.
        package var transientCodes: Set<String>
        package var unavailable: Unavailable
        package var idleTimeout: Duration
        /// 0: no limit.
        package var maxParts: Int
        /// What becomes of a sender that the provider has not checked and registered.
        package var senderPolicy: SenderList.Policy
        /// Whether an unexpected refusal asks for the balance before the message fails.
        package var checkBalance: Bool
    }
}
