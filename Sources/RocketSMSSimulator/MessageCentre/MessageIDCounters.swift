/// Numbers of messages, counted by each node for itself: two nodes give the same numbers, and so does one that was started again.
struct MessageIDCounters {
    private var next: [Int: Int] = [:]

    /// - Parameter start: a node's first.
    mutating func take(node: Int, start: Int) -> Int {
        let number = next[node] ?? start
        next[node] = number < Int.max / 2 ? number + 1 : start
        return number
    }

    mutating func restart() { next = [:] }
}
