/// The id that a record brings: its own, else that of the CloudEvent around it.
package struct GivenID {
    private let outcome: Result<[UInt8]?, DeadLetterReason>

    /// A command names its request itself: the CloudEvent's id is never the one it means.
    package init(_ field: RequestField, _ event: CloudEvent, at position: RecordPosition, isCommand: Bool) {
        do throws(DeadLetterReason) {
            if let own = try RequestRules.id(field, at: position) {
                outcome = .success(own)
            } else {
                outcome = .success(isCommand ? nil : try event.id.checked(at: position))
            }
        } catch {
            outcome = .failure(error)
        }
    }

    /// - Returns: nil where the record brings none.
    package func checked() throws(DeadLetterReason) -> [UInt8]? { try outcome.get() }

    /// For the dead letter of a record that is refused for another reason.
    package var readable: [UInt8]? { (try? outcome.get()) ?? nil }
}
