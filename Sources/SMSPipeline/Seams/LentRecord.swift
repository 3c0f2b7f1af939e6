internal import Requests

/// One consumed record, lent for the length of a call: nothing of it is kept. Null and empty are kept apart.
package struct LentRecord {
    package typealias HeaderReader = (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) -> Void

    package let offset: Int64
    /// Milliseconds since 1970, by whoever wrote the record; -1: none.
    package let timestamp: Int64
    package let key: UnsafeRawBufferPointer?
    package let value: UnsafeRawBufferPointer?
    private let context: UnsafeRawPointer
    private let readHeaders: (UnsafeRawPointer, HeaderReader) -> Void

    /// - Parameter readHeaders: lends each header in order, out of what `context` points to. It captures nothing, so that a record costs no
    ///   allocation.
    package init(
        offset: Int64, timestamp: Int64, key: UnsafeRawBufferPointer?, value: UnsafeRawBufferPointer?, context: UnsafeRawPointer,
        readHeaders: @escaping (UnsafeRawPointer, HeaderReader) -> Void
    ) {
        self.offset = offset
        self.timestamp = timestamp
        self.key = key
        self.value = value
        self.context = context
        self.readHeaders = readHeaders
    }

    package func withHeaders(_ body: HeaderReader) { readHeaders(context, body) }
}
