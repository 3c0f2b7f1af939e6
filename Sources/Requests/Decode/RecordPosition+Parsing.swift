extension RecordPosition {
    /// Reads `<topic>-<partition>-<offset>`; a topic's name may have hyphens of its own.
    package init?(parsing text: some StringProtocol) {
        guard let last = text.lastIndex(of: "-"), let offset = Self.number(text[text.index(after: last)...]) else { return nil }
        let head = text[..<last]
        guard let middle = head.lastIndex(of: "-"), middle > head.startIndex,
            let partition = Self.number(head[head.index(after: middle)...]).flatMap({ Int32(exactly: $0) })
        else { return nil }
        self.init(topic: String(head[..<middle]), partition: partition, offset: offset)
    }

    private static func number(_ text: some StringProtocol) -> Int64? {
        guard !text.isEmpty, text.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") < 10 }) else { return nil }
        return Int64(text)
    }

    /// As `append(to:)` writes it.
    package var text: String { "\(topic)-\(partition)-\(offset)" }
}
