internal import Requests
package import Time

/// The messages that are tracked, and when each is due: a slab of elements and a heap of instants, no object, task or timer a message.
///
/// An element is *due at* an instant, or *taken* (`popDue` gave it out; a poll may be under way) until it is rescheduled or removed.
/// Costs 24 bytes a message beside `Element`, which is stored inline, in chunks of 1,024: growing never moves an element.
package struct TrackingTable<Element> {
    private struct Due {
        var at: Int64
        var slot: UInt32
        /// Of two that are due at the same nanosecond the one that was scheduled first comes first (within 2³¹ schedulings).
        var order: UInt32

        func isBefore(_ other: Due) -> Bool { at == other.at ? Int32(bitPattern: order &- other.order) < 0 : at < other.at }
    }

    private struct Place {
        var generation: UInt32 = 0
        /// Index in `heap`, or `taken`, or `free`.
        var position: UInt32
    }

    private static var taken: UInt32 { .max }
    private static var free: UInt32 { .max - 1 }
    private static var chunkSize: Int { 1_024 }

    private var chunks: [[Element?]] = []
    private var places: [Place] = []
    private var freeSlots: [UInt32] = []
    /// Four children a node: half the levels of a binary heap, and the children of one node lie in one cache line.
    private var heap: [Due] = []
    private var order: UInt32 = 0

    package init() {}

    package var count: Int { places.count - freeSlots.count }

    /// How many of them are due at some instant; the others are taken.
    package var scheduledCount: Int { heap.count }

    /// When the next one is due; nil where none is scheduled.
    package var nextDue: MonotonicInstant? { heap.first.map { MonotonicInstant(nanoseconds: $0.at) } }

    /// Bytes that this table holds, without what its elements point to.
    package var memoryBytes: Int {
        chunks.count * Self.chunkSize * MemoryLayout<Element?>.stride + places.capacity * MemoryLayout<Place>.stride
            + freeSlots.capacity * MemoryLayout<UInt32>.stride + heap.capacity * MemoryLayout<Due>.stride
    }

    package mutating func insert(_ element: Element, dueAt: MonotonicInstant) -> TrackingHandle {
        let slot: UInt32
        if let reused = freeSlots.popLast() {
            slot = reused
        } else {
            precondition(places.count < Int(Self.free), "more tracked messages than a handle can name")
            slot = UInt32(places.count)
            if places.count == chunks.count * Self.chunkSize { chunks.append([Element?](repeating: nil, count: Self.chunkSize)) }
            places.append(Place(position: Self.taken))
        }
        chunks[Int(slot) / Self.chunkSize][Int(slot) % Self.chunkSize] = element
        places[Int(slot)].position = Self.taken
        schedule(slot, at: dueAt.nanoseconds)
        return TrackingHandle(slot: slot, generation: places[Int(slot)].generation)
    }

    /// Takes those that are due, the longest due first, and appends them to `handles`.
    ///
    /// - Parameter limit: how many at most: what the rate budget and the free poll slots allow.
    package mutating func popDue(_ now: MonotonicInstant, limit: Int, into handles: inout [TrackingHandle]) {
        var left = limit
        while left > 0, let first = heap.first, first.at <= now.nanoseconds {
            left -= 1
            removeFromHeap(0)
            places[Int(first.slot)].position = Self.taken
            handles.append(TrackingHandle(slot: first.slot, generation: places[Int(first.slot)].generation))
        }
    }

    /// Sets a new instant, whether the message was taken or scheduled.
    ///
    /// - Returns: false when the message is no longer here.
    @discardableResult
    package mutating func reschedule(_ handle: TrackingHandle, at instant: MonotonicInstant) -> Bool {
        guard isCurrent(handle) else { return false }
        schedule(UInt32(handle.slot), at: instant.nanoseconds)
        return true
    }

    /// - Returns: the element, or nil when it is no longer here.
    @discardableResult
    package mutating func remove(_ handle: TrackingHandle) -> Element? {
        guard isCurrent(handle) else { return nil }
        return vacate(handle.slot)
    }

    /// The element, or nil when it is no longer here.
    package subscript(handle: TrackingHandle) -> Element? {
        isCurrent(handle) ? chunks[handle.slot / Self.chunkSize][handle.slot % Self.chunkSize] : nil
    }

    /// Changes the element in place.
    ///
    /// - Returns: what `change` returns, or nil when the message is no longer here.
    @discardableResult
    package mutating func update<Result>(_ handle: TrackingHandle, _ change: (inout Element) -> Result) -> Result? {
        guard isCurrent(handle) else { return nil }
        // `isCurrent` has seen that the place is in use, and a place in use holds an element.
        return change(&chunks[handle.slot / Self.chunkSize][handle.slot % Self.chunkSize]!)
    }

    /// Visits every element, in no particular order.
    package func visitAll(_ body: (TrackingHandle, Element) -> Void) {
        for (slot, place) in places.enumerated() where place.position != Self.free {
            guard let element = chunks[slot / Self.chunkSize][slot % Self.chunkSize] else { continue }
            body(TrackingHandle(slot: UInt32(slot), generation: place.generation), element)
        }
    }

    /// Visits the elements of some places, in the order of these.
    ///
    /// - Returns: where to go on; nil: that was the last of them.
    package func visit(from start: Int, places count: Int, _ body: (borrowing Element) -> Void) -> Int? {
        let end = min(places.count, start + count)
        for slot in min(start, end)..<end where places[slot].position != Self.free {
            if let element = chunks[slot / Self.chunkSize][slot % Self.chunkSize] { body(element) }
        }
        return end < places.count ? end : nil
    }

    /// Removes what `shouldRemove` picks (an assignment that has ended), in one walk over all.
    package mutating func removeAll(where shouldRemove: (Element) -> Bool) {
        for slot in places.indices where places[slot].position != Self.free {
            guard let element = chunks[slot / Self.chunkSize][slot % Self.chunkSize], shouldRemove(element) else { continue }
            vacate(slot)
        }
    }

    private func isCurrent(_ handle: TrackingHandle) -> Bool {
        handle.slot < places.count && places[handle.slot].generation == handle.generation && places[handle.slot].position != Self.free
    }

    @discardableResult
    private mutating func vacate(_ slot: Int) -> Element? {
        let position = places[slot].position
        if position != Self.taken { removeFromHeap(Int(position)) }
        places[slot].position = Self.free
        places[slot].generation &+= 1
        freeSlots.append(UInt32(slot))
        let element = chunks[slot / Self.chunkSize][slot % Self.chunkSize]
        chunks[slot / Self.chunkSize][slot % Self.chunkSize] = nil
        return element
    }

    // MARK: The heap. Every move of an entry notes its index in `places`.

    private mutating func schedule(_ slot: UInt32, at instant: Int64) {
        order &+= 1
        let due = Due(at: instant, slot: slot, order: order)
        let position = places[Int(slot)].position
        if position == Self.taken {
            heap.append(due)
            siftUp(due, from: heap.count - 1)
        } else {
            place(due, at: Int(position))
        }
    }

    private mutating func removeFromHeap(_ index: Int) {
        let last = heap.removeLast()
        if index < heap.count { place(last, at: index) }
    }

    /// Puts `due` where the entry at `index` was, and then where it belongs.
    private mutating func place(_ due: Due, at index: Int) {
        if index > 0, due.isBefore(heap[(index - 1) / 4]) { siftUp(due, from: index) } else { siftDown(due, from: index) }
    }

    private mutating func siftUp(_ due: Due, from start: Int) {
        var index = start
        while index > 0 {
            let parent = (index - 1) / 4
            guard due.isBefore(heap[parent]) else { break }
            heap[index] = heap[parent]
            places[Int(heap[index].slot)].position = UInt32(index)
            index = parent
        }
        heap[index] = due
        places[Int(due.slot)].position = UInt32(index)
    }

    private mutating func siftDown(_ due: Due, from start: Int) {
        var index = start
        while true {
            let first = 4 * index + 1
            guard first < heap.count else { break }
            var least = first
            for child in first + 1..<min(first + 4, heap.count) where heap[child].isBefore(heap[least]) { least = child }
            guard heap[least].isBefore(due) else { break }
            heap[index] = heap[least]
            places[Int(heap[index].slot)].position = UInt32(index)
            index = least
        }
        heap[index] = due
        places[Int(due.slot)].position = UInt32(index)
    }
}

extension TrackingTable: Sendable where Element: Sendable {}
