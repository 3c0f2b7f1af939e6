/// Requests by second of the wall clock, for the last hour in which there were any.
package struct RateHistory: Sendable, Equatable {
    package struct Second: Sendable, Equatable {
        /// Unix time.
        package var second: Int64
        /// To the API, of all kinds.
        package var requests = 0
        /// To send and bulkSend.
        package var sends = 0
        /// Messages accepted.
        package var accepted = 0
    }

    static let limit = 3_600

    /// A ring, once it is full.
    private var ring: [Second] = []
    private var start = 0

    /// Oldest first; seconds without a request are left out.
    package var seconds: [Second] { Array(ring[start...] + ring[..<start]) }

    var current: Second? { ring.isEmpty ? nil : ring[last] }

    private var last: Int { start == 0 ? ring.count - 1 : start - 1 }

    mutating func count(second: Int64, isSend: Bool) {
        if ring.isEmpty || ring[last].second != second {
            if ring.count < RateHistory.limit {
                ring.append(Second(second: second))
            } else {
                ring[start] = Second(second: second)
                start = (start + 1) % RateHistory.limit
            }
        }
        let index = last
        ring[index].requests += 1
        if isSend { ring[index].sends += 1 }
    }

    /// Belongs to the second counted last.
    mutating func countAccepted(_ messages: Int) {
        if !ring.isEmpty { ring[last].accepted += messages }
    }
}
