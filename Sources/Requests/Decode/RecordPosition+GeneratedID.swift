/// Ids of requests that bring none.
extension RecordPosition {
    /// `<topic>-<partition>-<offset>-<record timestamp in ms>`: with the timestamp, since a topic made anew begins again at offset 0.
    package func generatedID(timestamp: Int64) -> [UInt8] {
        var id: [UInt8] = []
        id.reserveCapacity(topic.utf8.count + 40)
        append(to: &id)
        Self.append(timestamp: timestamp, to: &id)
        return id
    }

    /// Appends what an id that an earlier version made lacks: those were `<topic>-<partition>-<offset>` alone.
    package static func append(timestamp: Int64, to id: inout [UInt8]) {
        id.append(UInt8(ascii: "-"))
        Decimal.append(timestamp, to: &id)
    }

    /// Whether some record of this partition can have got this id, from this version or from an earlier one.
    package func mayHaveMade(_ id: [UInt8]) -> Bool {
        guard id.starts(with: "\(topic)-\(partition)-".utf8) else { return false }
        let numbers = String(decoding: id.dropFirst(topic.utf8.count + 1), as: UTF8.self)
            .split(separator: "-", maxSplits: 2, omittingEmptySubsequences: false).dropFirst()
        guard let first = numbers.first, let offset = Int64(first), offset >= 0 else { return false }
        let position = RecordPosition(topic: topic, partition: partition, offset: offset)
        guard let last = numbers.dropFirst().first else { return id.elementsEqual(position.text.utf8) }
        // Written again and compared: a number can be spelt in more ways than ours.
        return Int64(last).map { position.generatedID(timestamp: $0) == id } ?? false
    }

    /// The place in an id that some worker made, for who knows neither its topic nor its form; where it can be read in two ways, in one.
    package init?(generatedID text: String) {
        if let position = RecordPosition(parsing: text) {
            self = position
            return
        }
        guard let last = text.lastIndex(of: "-"), last > text.startIndex else { return nil }
        let before = text.index(before: last)
        // A record without timestamp has -1.
        self.init(parsing: text[..<(text[before] == "-" ? before : last)])
    }
}
