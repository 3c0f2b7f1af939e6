package import JSON

/// What a dead letter says of its record.
package struct DeadLetterReason: Error, Equatable, Sendable {
    package let code: DeadLetterCode
    /// One sentence that quotes nothing of the record.
    package let message: String
    /// The id that the request would have had, UTF-8, where a valid one could be read; that of the CloudEvent where the request itself
    /// could not be.
    package let requestID: [UInt8]?

    package init(_ code: DeadLetterCode, _ message: String, requestID: [UInt8]? = nil) {
        self.code = code
        self.message = message
        self.requestID = requestID
    }

    /// The error names line, column and what was expected there, and nothing that stands there.
    package init(notJSON error: JSONError, requestID: [UInt8]? = nil) {
        self.init(.notJSON, "the value is not a JSON object in UTF-8: \(error)", requestID: requestID)
    }
}
