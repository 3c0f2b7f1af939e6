internal import JSON
internal import Kafka
internal import Requests
internal import SMSPipeline
internal import SMSWorker

/// A record of the topic of dead letters: the bad record, and what its headers say of it.
struct DeadLetter: Sendable {
    struct Header: Equatable, Sendable {
        let name: [UInt8]
        let value: [UInt8]?
    }

    /// Of the dead letter itself.
    let place: TopicPartition
    let offset: Int64
    let key: [UInt8]?
    let value: [UInt8]?
    /// The bad record's own.
    let headers: [Header]
    /// `dlq-*`, without that prefix; of a repeated one the last.
    let about: [String: String]

    init(
        place: TopicPartition, offset: Int64, key: [UInt8]?, value: [UInt8]?, headers: [Header], about: [String: String]
    ) {
        self.place = place
        self.offset = offset
        self.key = key
        self.value = value
        self.headers = headers
        self.about = about
    }

    init(_ place: TopicPartition, _ record: borrowing Record) {
        var headers: [Header] = []
        var about: [String: String] = [:]
        record.withHeaders { name, value in
            if name.starts(with: "dlq-".utf8) {
                about[String(decoding: name.dropFirst(4), as: UTF8.self)] = value.map { String(decoding: $0, as: UTF8.self) }
            } else {
                headers.append(Header(name: [UInt8](name), value: value.map { [UInt8]($0) }))
            }
        }
        self.init(
            place: place, offset: record.offset, key: record.withKey { $0.map { [UInt8]($0) } },
            value: record.withValue { $0.map { [UInt8]($0) } }, headers: headers, about: about)
    }

    var code: String { about["code"] ?? "" }
    var requestID: String? { about["request-id"] }
    var isTruncated: Bool { about["truncated"] == "true" }

    /// Where the bad record was; nil: not told.
    var origin: RecordPosition? {
        guard let topic = about["topic"], let partition = about["partition"].flatMap({ Int32($0) }),
            let offset = about["offset"].flatMap({ Int64($0) }), partition >= 0, offset >= 0
        else { return nil }
        return RecordPosition(topic: topic, partition: partition, offset: offset)
    }

    var timestamp: Int64 { about["timestamp"].flatMap { Int64($0) } ?? -1 }

    /// No value, key or header of the bad record.
    var line: String {
        let parts = [
            about["at"] ?? "", code, "\(place)@\(offset)", origin.map { "from \($0.text)" } ?? "", requestID ?? "", about["message"] ?? "",
        ]
        return parts.filter { !$0.isEmpty }.map(Printable.text).joined(separator: "  ")
    }

    func write(to writer: inout JSONWriter) {
        writer.member("topic", place.topic)
        writer.member("partition", place.partition)
        writer.member("offset", offset)
        writer.member("code", code)
        if let message = about["message"] { writer.member("message", message) }
        if let at = about["at"] { writer.member("at", at) }
        if let requestID { writer.member("requestId", requestID) }
        if isTruncated { writer.member("truncated", true) }
        guard let origin else { return }
        writer.key("record" as StaticString)
        writer.beginObject()
        writer.member("topic", origin.topic)
        writer.member("partition", origin.partition)
        writer.member("offset", origin.offset)
        writer.endObject()
    }
}
