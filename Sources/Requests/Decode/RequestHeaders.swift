/// The headers of a record that admission looks at; of a repeated one the last counts.
///
/// Filled by `see(name:value:)`, one call a header. Holds the caller's pointers: usable only while the record is.
package struct RequestHeaders {
    package private(set) var specversion: UnsafeRawBufferPointer?
    package private(set) var eventID: UnsafeRawBufferPointer?
    package private(set) var eventSource: UnsafeRawBufferPointer?
    package private(set) var eventType: UnsafeRawBufferPointer?
    package private(set) var contentType: UnsafeRawBufferPointer?
    package private(set) var traceparent: UnsafeRawBufferPointer?
    package private(set) var tracestate: UnsafeRawBufferPointer?

    package init() {}

    /// A null value counts as an absent header.
    package mutating func see(name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer?) {
        guard let value else { return }
        switch name.count {
        case 5 where name == "ce_id": eventID = value
        case 7 where name == "ce_type": eventType = value
        case 9 where name == "ce_source": eventSource = value
        case 10 where name == "tracestate": tracestate = value
        case 11 where name == "traceparent": traceparent = value
        case 12 where name.equalsIgnoringCase("content-type"): contentType = value
        case 14 where name == "ce_specversion": specversion = value
        default: break
        }
    }
}
