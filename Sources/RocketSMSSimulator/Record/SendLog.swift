/// The record of accepted messages, by sequence number from 1. Chunks of a few thousand keep their texts together; when the log is full,
/// the oldest chunk goes as a whole.
struct SendLog {
    private struct Chunk {
        var entries: [SendEntry] = []
        var bytes: [UInt8] = []
    }

    /// Messages kept at most.
    let limit: Int
    /// Bytes of texts and senders kept at most.
    let byteLimit: Int
    private let chunkSize: Int
    /// All but the last are full.
    private var chunks: [Chunk] = []
    private var droppedChunks = 0
    private var byteCount = 0
    /// Messages accepted so far.
    private(set) var total = 0

    init(limit: Int, byteLimit: Int) {
        self.limit = max(1, limit)
        self.byteLimit = byteLimit
        chunkSize = max(1, min(4_096, limit / 8))
    }

    /// Messages that are no longer kept: the sequence numbers 1...dropped.
    var dropped: Int { droppedChunks * chunkSize }

    var kept: Range<Int> { dropped + 1..<total + 1 }

    /// - Parameters: text and sender are valid UTF-8.
    /// - Returns: the message's sequence number.
    mutating func append(_ entry: SendEntry, text: [UInt8], sender: [UInt8]) -> Int {
        if chunks.last.map({ $0.entries.count == chunkSize }) ?? true {
            makeRoom()
            chunks.append(Chunk())
            chunks[chunks.count - 1].entries.reserveCapacity(chunkSize)
        }
        let last = chunks.count - 1
        var entry = entry
        entry.offset = UInt32(clamping: chunks[last].bytes.count)
        entry.textCount = UInt32(clamping: text.count)
        entry.senderCount = UInt32(clamping: sender.count)
        chunks[last].bytes.append(contentsOf: text)
        chunks[last].bytes.append(contentsOf: sender)
        chunks[last].entries.append(entry)
        byteCount += text.count + sender.count
        total += 1
        return total
    }

    private mutating func makeRoom() {
        var count = 0
        while count < chunks.count, (chunks.count - count + 1) * chunkSize > max(limit, chunkSize) || byteCount > byteLimit {
            byteCount -= chunks[count].bytes.count
            count += 1
        }
        chunks.removeFirst(count)
        droppedChunks += count
    }

    /// - Parameter sequence: one of `kept`.
    subscript(sequence: Int) -> SendEntry {
        get { chunks[(sequence - 1) / chunkSize - droppedChunks].entries[(sequence - 1) % chunkSize] }
        set { chunks[(sequence - 1) / chunkSize - droppedChunks].entries[(sequence - 1) % chunkSize] = newValue }
    }

    /// - Parameter sequence: one of `kept`.
    func withBytes<Result>(
        of sequence: Int, _ body: (_ entry: SendEntry, _ text: UnsafeRawBufferPointer, _ sender: UnsafeRawBufferPointer) -> Result
    ) -> Result {
        let chunk = chunks[(sequence - 1) / chunkSize - droppedChunks]
        let entry = chunk.entries[(sequence - 1) % chunkSize]
        return chunk.bytes.withUnsafeBytes { bytes in
            let start = Int(entry.offset)
            let middle = start + Int(entry.textCount)
            return body(
                entry, UnsafeRawBufferPointer(rebasing: bytes[start..<middle]),
                UnsafeRawBufferPointer(rebasing: bytes[middle..<middle + Int(entry.senderCount)]))
        }
    }
}
