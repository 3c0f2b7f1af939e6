/// Up to where receipts must be kept that match nothing yet: the lowest number that anybody still waits from.
///
/// Numbers only grow, so those who begin later stand behind, and each step costs the same however many wait.
package struct ReceiptFloors: Sendable {
    private var floors: [(number: Int64, holders: Int)] = []
    private var first = 0

    package init() {}

    /// Nil: nobody waits, nothing need be kept.
    package var lowest: Int64? { first < floors.count ? floors[first].number : nil }

    /// - Parameter number: not below that of an earlier call.
    package mutating func hold(_ number: Int64) {
        if let last = floors.last, first < floors.count {
            precondition(number >= last.number, "the end of the log does not go back")
            if last.number == number {
                floors[floors.count - 1].holders += 1
                return
            }
        }
        floors.append((number, 1))
    }

    /// - Parameter number: as it was held, and once for each time.
    package mutating func release(_ number: Int64) {
        var low = first
        var high = floors.count
        while low < high {
            let middle = (low + high) / 2
            if floors[middle].number < number { low = middle + 1 } else { high = middle }
        }
        guard low < floors.count, floors[low].number == number, floors[low].holders > 0 else { return }
        floors[low].holders -= 1
        while first < floors.count, floors[first].holders == 0 { first += 1 }
        if first > 64, first * 2 > floors.count {
            floors.removeFirst(first)
            first = 0
        }
    }
}
