/// Lets go of held requests.
package struct FaultRelease: Sendable, Equatable {
    package enum Way: String, CaseIterable, Sendable {
        /// With the answer that was kept; one held before acceptance is carried out now.
        case answer
        /// The connection is closed; one held before acceptance is not carried out.
        case drop
        /// The connection is reset; one held before acceptance is not carried out.
        case reset
    }

    /// The oldest first; nil: all.
    package var count: Int?
    /// The phone's last digits; empty: any.
    package var phoneSuffix = ""
    package var way = Way.answer

    package init(count: Int? = nil, phoneSuffix: String = "", as way: Way = .answer) {
        self.count = count
        self.phoneSuffix = phoneSuffix
        self.way = way
    }
}
