import Requests
import SMSPipeline
import SMSWorker
import Time

/// A request before it has its place in the log.
struct RequestDraft {
    /// Index of the partition.
    let place: Int
    let key: Int
    /// By its topic.
    let isPriority: Bool
    var priority: Bool?
    var policy: UnknownPolicy?
    var sendAt: Int64?
    var expiresAt: Int64?
    var isGenerated = false
    /// Over SMPP.
    var parts: Int?
    /// Of the request that this one repeats.
    var id: [UInt8]?

    init(place: Int, key: Int, isPriority: Bool) {
        self.place = place
        self.key = key
        self.isPriority = isPriority
    }

    /// - Parameter number: becomes the text, by which the SMS is known again.
    func json(number: Int, id: [UInt8]) -> [UInt8] {
        var bytes = Array("{\"phone\":\"375291234567\",\"text\":\"r\(number)\(parts.map { " \($0)" } ?? "")\"".utf8)
        if !isGenerated { add("id", id, to: &bytes) }
        if let priority { bytes.append(contentsOf: ",\"priority\":\(priority)".utf8) }
        if let policy { add("onUnknown", Array(policy.name.utf8), to: &bytes) }
        if let sendAt { add("sendAt", Array(RFC3339.string(sendAt).utf8), to: &bytes) }
        if let expiresAt { add("expiresAt", Array(RFC3339.string(expiresAt).utf8), to: &bytes) }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }

    private func add(_ name: String, _ value: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: ",\"\(name)\":\"".utf8)
        bytes.append(contentsOf: value)
        bytes.append(UInt8(ascii: "\""))
    }
}
