internal import EventLoop
internal import JSON
internal import Requests
internal import SMSPipeline
internal import SMSWorker
internal import Time

/// A request that the worker will take, as it goes to the topic.
struct CheckedRequest: Equatable, Sendable {
    let key: [UInt8]?
    let value: [UInt8]
    /// Nil: its record's place and time will be its id.
    let id: String?

    /// By the worker's own rules.
    ///
    /// - Parameters:
    ///   - key: empty is as good as none.
    ///   - isPriorityTopic: what `priority` is where the request does not say.
    ///   - now: the clock that bounds `sendAt`.
    /// - Throws: what its dead letter would say.
    init(value: [UInt8], key: [UInt8]?, topic: String, isPriorityTopic: Bool, now: Int64 = WallTime.now.milliseconds)
        throws(DeadLetterReason)
    {
        let key = key.flatMap { $0.isEmpty ? nil : $0 }
        let place = RecordPosition(topic: topic, partition: Self.partition(of: value, in: topic), offset: 0)
        let decoded = value.withUnsafeBytes { value in
            (key ?? []).withUnsafeBytes { key in
                RequestDecoder.decode(
                    key: key, value: value, headers: RequestHeaders(), at: place, timestamp: 0, isPriorityTopic: isPriorityTopic, now: now)
            }
        }
        switch decoded {
        case .request(let request):
            id = request.hasGeneratedID ? nil : String(decoding: request.echo.id, as: UTF8.self)
        case .deadLetter(let reason): throw reason
        case .command: throw DeadLetterReason(.badCommand, "it is a command: `requests` writes those, to the right partition")
        }
        self.key = key
        self.value = value
    }

    /// The partition in an id that the worker made for another record: published again it may be as long as it is.
    private static func partition(of value: [UInt8], in topic: String) -> Int32 {
        guard value.count > SendRequest.idLimit, let id = field("id", of: value), id.count > SendRequest.idLimit else { return 0 }
        let stem = Array("\(topic)-".utf8)
        guard id.starts(with: stem) else { return 0 }
        return Int32(String(decoding: id.dropFirst(stem.count).prefix { $0 != UInt8(ascii: "-") }, as: UTF8.self)) ?? 0
    }

    /// The string under a name at the top of a JSON object; nil where there is none.
    static func field(_ name: String, of value: [UInt8]) -> [UInt8]? {
        (try? JSONValue(parsing: value))?[name]?.stringValue.map { Array($0.utf8) }
    }
}
