/// Requests since the start, by what came of them.
package struct RequestCounters: Sendable, Equatable {
    package struct Line: Sendable, Equatable {
        /// All requests to the endpoint, those that met a fault before acceptance too.
        package var requests = 0
        /// Answered as wished (whatever then became of the answer).
        package var accepted = 0
        /// Answered with an error code.
        package var refused = 0
        /// Met a fault.
        package var faulted = 0
    }

    /// Error codes counted by name; further ones are counted together, as `other`.
    static let maximumCodes = 64

    private var lines = [Line](repeating: Line(), count: Endpoint.allCases.count)
    package private(set) var codes: [String: Int] = [:]
    package private(set) var faults: [FaultKind: Int] = [:]
    /// Requests to no endpoint.
    package internal(set) var unknownPaths = 0
    /// Requests that met an outage.
    package internal(set) var outages = 0

    package internal(set) subscript(endpoint: Endpoint) -> Line {
        get { lines[endpoint.rawValue] }
        set { lines[endpoint.rawValue] = newValue }
    }

    mutating func count(code: String) {
        let key = codes[code] != nil || codes.count < RequestCounters.maximumCodes ? code : "other"
        codes[key, default: 0] += 1
    }

    mutating func count(fault: FaultKind, at endpoint: Endpoint) {
        lines[endpoint.rawValue].faulted += 1
        faults[fault, default: 0] += 1
    }
}
