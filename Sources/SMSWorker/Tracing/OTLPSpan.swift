/// A span as a collector takes it (opentelemetry-proto 1.x, `trace/v1/trace.proto`).
struct OTLPSpan: Equatable, Sendable {
    enum Kind: UInt64, Sendable {
        case client = 3
        case producer = 4
        case consumer = 5
    }

    enum Value: Equatable, Sendable {
        case text(String)
        case integer(Int64)
    }

    /// 16 bytes.
    let trace: [UInt8]
    /// 8 bytes.
    let id: [UInt8]
    let parent: [UInt8]
    let name: String
    let kind: Kind
    /// Nanoseconds since 1970.
    let start: UInt64
    let end: UInt64
    let attributes: [(name: String, value: Value)]
    let isError: Bool

    static func == (a: Self, b: Self) -> Bool {
        a.trace == b.trace && a.id == b.id && a.parent == b.parent && a.name == b.name && a.kind == b.kind && a.start == b.start
            && a.end == b.end && a.isError == b.isError && a.attributes.elementsEqual(b.attributes) { $0 == $1 }
    }
}
