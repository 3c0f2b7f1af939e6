internal import Requests

/// Elements under integer tags that travel through the provider's client as opaque values. A tag is never used twice in a process,
/// so that a late answer meets nobody else's slot.
package struct SlotTable<Element> {
    private var slots: [(generation: UInt32, element: Element?)] = []
    private var free: [UInt32] = []
    package private(set) var count = 0

    package init() {}

    package mutating func insert(_ element: Element) -> UInt64 {
        count += 1
        if let index = free.popLast() {
            slots[Int(index)].element = element
            return UInt64(slots[Int(index)].generation) << 32 | UInt64(index)
        }
        slots.append((generation: 0, element: element))
        return UInt64(slots.count - 1)
    }

    package subscript(tag: UInt64) -> Element? {
        let index = Int(tag & 0xffff_ffff)
        guard index < slots.count, slots[index].generation == UInt32(tag >> 32) else { return nil }
        return slots[index].element
    }

    package mutating func remove(_ tag: UInt64) -> Element? {
        let index = Int(tag & 0xffff_ffff)
        guard index < slots.count, slots[index].generation == UInt32(tag >> 32), let element = slots[index].element else { return nil }
        slots[index] = (generation: slots[index].generation &+ 1, element: nil)
        free.append(UInt32(index))
        count -= 1
        return element
    }

    package func visit(_ body: (Element) -> Void) {
        for slot in slots { if let element = slot.element { body(element) } }
    }

    package func count(where isCounted: (Element) -> Bool) -> Int {
        var count = 0
        visit { if isCounted($0) { count += 1 } }
        return count
    }
}
