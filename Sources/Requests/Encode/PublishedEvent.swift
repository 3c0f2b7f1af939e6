package import JSON

/// A status event as its readers see it: what `StatusEventEncoder` wrote, read back.
package struct PublishedEvent: Equatable, Sendable {
    /// Where the request's record stands, by the event's `ce_id`.
    package let position: RecordPosition
    package let requestID: String
    package let status: MessageStatus
    package let sequence: Int
    package let isFinal: Bool
    /// RFC 3339.
    package let at: String
    package let messageID: String?
    /// Of a message in several parts one each; else the one, or none.
    package let messageIDs: [String]
    package let attempt: Int?
    package let reasonCode: String?
    package let reasonMessage: String?
    package let isPossibleDuplicate: Bool
    package let json: JSONValue

    /// - Parameters:
    ///   - eventID: the header `ce_id`.
    ///   - value: in a Confluent frame, or bare.
    /// - Returns: nil for a record that no worker wrote as a status event.
    package init?(eventID: [UInt8]?, value: [UInt8]?) {
        guard let eventID, let value, let json = try? JSONValue(parsing: [UInt8](SchemaFrame.removed(from: value))) else { return nil }
        let parts = String(decoding: eventID, as: UTF8.self).split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let position = RecordPosition(parsing: parts[0]), let sequence = Int(parts[1]),
            json["sequence"]?.numberValue?.literal == String(sequence), let requestID = json["requestId"]?.stringValue,
            let status = json["status"]?.stringValue.flatMap({ MessageStatus(name: $0) }), let isFinal = json["final"]?.boolValue,
            let at = json["at"]?.stringValue
        else { return nil }
        self.position = position
        self.requestID = requestID
        self.status = status
        self.sequence = sequence
        self.isFinal = isFinal
        self.at = at
        self.json = json
        messageID = json["messageId"]?.stringValue
        messageIDs = json["messageIds"]?.arrayValue?.compactMap(\.stringValue) ?? messageID.map { [$0] } ?? []
        attempt = json["attempt"]?.numberValue.flatMap { Int($0.literal) }
        reasonCode = json["reason"]?["code"]?.stringValue
        reasonMessage = json["reason"]?["message"]?.stringValue
        isPossibleDuplicate = json["possibleDuplicate"]?.boolValue ?? false
    }
}
