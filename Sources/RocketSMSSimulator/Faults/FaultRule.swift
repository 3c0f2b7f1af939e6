/// A fault for the next requests that match. Rules are tried in order; the first that matches decides.
package struct FaultRule: Sendable, Equatable {
    package var fault: FaultKind
    /// Nil: any.
    package var endpoint: Endpoint?
    /// The phone's last digits; empty: any request.
    package var phoneSuffix = ""
    /// Part of the text, as bytes of UTF-8; empty: any request.
    package var text = ""
    /// So many matching requests pass first.
    package var skip = 0
    /// So many matching requests are hit; nil: all.
    package var count: Int? = 1
    /// Of `slow` (the whole delay), `hang`s (the limit), `trickle` (between two bytes); nil: as the switches say, 50 ms for `trickle`.
    package var delay: Duration?
    /// Of `error`.
    package var code = "ERROR"
    /// Of `answer`; `serverError` and `serverErrorAfterAccept` take it too. Nil: 200, or 500.
    package var status: Int?
    /// Of `answer`.
    package var body = ""
    /// Of `answer`.
    package var contentType = "application/json"

    package init(_ fault: FaultKind, endpoint: Endpoint? = nil, phoneSuffix: String = "", count: Int? = 1, skip: Int = 0) {
        self.fault = fault
        self.endpoint = endpoint
        self.phoneSuffix = phoneSuffix
        self.count = count
        self.skip = skip
    }
}
