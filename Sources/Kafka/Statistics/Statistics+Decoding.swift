internal import JSON

extension Statistics {
    /// No cluster makes so much of it: 40,000 partitions are about this long.
    static let maximumLength = 32 << 20

    /// Decodes librdkafka's JSON in one pass, without a tree; what is not known here is skipped, what is absent keeps its default.
    /// That of 12 brokers and 96 partitions (84 KB) takes 0.3 ms in a release build.
    ///
    /// - Throws: where the text is no JSON, a field has another type, or it is longer than `maximumLength`.
    init(json bytes: UnsafeRawBufferPointer) throws(JSONError) {
        var reader = JSONReader(bytes)
        guard bytes.count <= Self.maximumLength else { throw reader.expected("at most \(Self.maximumLength) bytes") }
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "name": client = try reader.readString()
            // With underscores, unlike those of brokers and unlike librdkafka's STATISTICS.md.
            case "tx_bytes": sentBytes = try reader.readInteger()
            case "rx_bytes": receivedBytes = try reader.readInteger()
            case "brokers":
                try reader.beginObject()
                while try reader.nextKey() != nil {
                    if let broker = try BrokerStatistics(&reader) { brokers.append(broker) }
                }
            case "topics":
                try reader.beginObject()
                while let topic = try reader.nextKey() { try readTopic(topic.string, &reader) }
            default: try reader.skipValue()
            }
        }
        try reader.finish()
    }

    private mutating func readTopic(_ topic: String, _ reader: inout JSONReader) throws(JSONError) {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            guard key == "partitions" else {
                try reader.skipValue()
                continue
            }
            try reader.beginObject()
            while try reader.nextKey() != nil { try readPartition(of: topic, &reader) }
        }
    }

    private mutating func readPartition(of topic: String, _ reader: inout JSONReader) throws(JSONError) {
        // -1 is librdkafka's place for records without a partition.
        var partition: Int64 = -1
        // Negative until a fetch has been answered.
        var end: Int64 = -1
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "partition": partition = try reader.readInteger()
            case "ls_offset": end = try reader.readInteger()
            default: try reader.skipValue()
            }
        }
        guard partition >= 0, end >= 0, let partition = Int32(exactly: partition) else { return }
        ends[TopicPartition(topic: topic, partition: partition)] = end
    }
}

extension BrokerStatistics {
    /// Nil: librdkafka's own, which stands for no node.
    fileprivate init?(_ reader: inout JSONReader) throws(JSONError) {
        var isInternal = false
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "nodename": node = try reader.readString()
            case "source": isInternal = try reader.readStringSlice() == "internal"
            case "state":
                // Updating is what a connection does that is up.
                let state = try reader.readStringSlice()
                isUp = state == "UP" || state == "UPDATE"
            case "req_timeouts": requestTimeouts = try reader.readInteger()
            case "rtt": roundTrip = try Self.readAverage(&reader)
            default: try reader.skipValue()
            }
        }
        if isInternal { return nil }
    }

    /// Nil: nothing was measured.
    private static func readAverage(_ reader: inout JSONReader) throws(JSONError) -> Duration? {
        var average: Int64 = 0
        var count: Int64 = 0
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "avg": average = try reader.readInteger()
            case "cnt": count = try reader.readInteger()
            default: try reader.skipValue()
            }
        }
        return count > 0 ? .microseconds(average) : nil
    }
}

extension JSONReader {
    fileprivate mutating func readInteger() throws(JSONError) -> Int64 {
        guard let value = try readNumberLiteral().int64 else { throw expected("an integer of 64 bits") }
        return value
    }
}
