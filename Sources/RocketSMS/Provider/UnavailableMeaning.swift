/// What an HTTP 503 with `Retry-After` says of a send. Caches and balancers in front answer so too after the provider had the request, so
/// only an operator who knows the way can say more than "unknown".
package enum UnavailableMeaning: String, CaseIterable, Equatable, Sendable {
    case unknown
    case notSent = "not-sent"
}
