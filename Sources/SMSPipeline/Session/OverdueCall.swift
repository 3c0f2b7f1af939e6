/// Tells a call that hangs from one that only came late: it must be seen overdue at three ticks in a row, so that a process which stood
/// still past the time gives its thread another chance to come out.
package struct OverdueCall: Equatable, Sendable {
    private static let limit = 3
    private var ticks = 0

    package init() {}

    /// Once a second.
    ///
    /// - Returns: whether it hangs, once.
    package mutating func hangs(isOverdue: Bool) -> Bool {
        ticks = isOverdue ? ticks + 1 : 0
        guard ticks >= Self.limit else { return false }
        ticks = 0
        return true
    }
}
