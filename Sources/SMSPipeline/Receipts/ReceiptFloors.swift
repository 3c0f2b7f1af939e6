package import Requests

/// Up to where receipts must be kept that match nothing yet: the lowest position that anybody still waits from.
///
/// Positions only grow, so those who begin later stand behind, and each step costs the same however many wait.
package struct ReceiptFloors: Sendable {
    private var floors: [(token: Int64, position: ReceiptPosition, holders: Int)] = []
    private var first = 0

    package init() {}

    /// Nil: nobody waits, nothing need be kept.
    package var lowest: ReceiptPosition? { first < floors.count ? floors[first].position : nil }

    /// All that was added or joined, and not released.
    package var holderCount: Int { floors[first...].reduce(0) { $0 + $1.holders } }

    /// - Parameter hold: with a token above that of an earlier call.
    package mutating func add(_ hold: ReceiptHold) { floors.append((hold.token, hold.position, 1)) }

    /// One more holds the lowest position, with those who do. Nil: nobody does.
    package mutating func joinLowest() -> ReceiptHold? {
        guard first < floors.count else { return nil }
        floors[first].holders += 1
        return ReceiptHold(token: floors[first].token, position: floors[first].position)
    }

    /// Another one of those who hold it already.
    package mutating func join(_ hold: ReceiptHold) {
        if let index = index(of: hold) { floors[index].holders += 1 }
    }

    /// Once for each `add` and `join`.
    package mutating func release(_ hold: ReceiptHold) {
        guard let index = index(of: hold), floors[index].holders > 0 else { return }
        floors[index].holders -= 1
        while first < floors.count, floors[first].holders == 0 { first += 1 }
        if first > 64, first * 2 > floors.count {
            floors.removeFirst(first)
            first = 0
        }
    }

    /// All who wait, wait from here: the log is another one.
    package mutating func move(to position: ReceiptPosition) { for index in floors.indices { floors[index].position = position } }

    private func index(of hold: ReceiptHold) -> Int? {
        var low = first
        var high = floors.count
        while low < high {
            let middle = (low + high) / 2
            if floors[middle].token < hold.token { low = middle + 1 } else { high = middle }
        }
        return low < floors.count && floors[low].token == hold.token ? low : nil
    }
}
