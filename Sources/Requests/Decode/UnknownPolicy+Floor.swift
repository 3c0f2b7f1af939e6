extension UnknownPolicy {
    /// What a request asked for, or the floor where that is stricter: a request may ask for more care, never for less than the operator wants.
    package func notMilder(than floor: UnknownPolicy?) -> UnknownPolicy {
        guard let floor, strictness < floor.strictness else { return self }
        return floor
    }

    /// A second SMS; nobody's SMS until somebody says so; none at all.
    private var strictness: Int {
        switch self {
        case .resend: 0
        case .hold: 1
        case .fail: 2
        }
    }
}
