/// What is read in one turn of the loop at most, in records and in bytes, so that answers and timers are never far away: what a record costs
/// grows with its length.
struct ReadingTurn {
    private var records = 512
    private var bytes = 1 << 20

    /// A record, whatever its length, goes over the end at most once.
    var isOver: Bool { records <= 0 || bytes <= 0 }

    /// A record or another word on a partition.
    mutating func take() { records -= 1 }

    /// Of a record's value.
    mutating func take(bytes count: Int) { bytes -= count }
}
