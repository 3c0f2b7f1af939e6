@testable import RocketSMS

/// What a reader made of bytes and of the end of their stream, in comparable form.
enum ResponseReading: Equatable {
    struct Response: Equatable {
        var status: Int
        var body: [UInt8]
        var isReusable: Bool
        var hasSurplus = false
        var retryAfter = ""
        var keepAliveSeconds: Int?
    }

    case complete(Response)
    case needsMore
    case failed(HTTPResponseFault)

    /// - Parameters:
    ///   - splits: positions at which the bytes come in another read.
    ///   - ends: whether the peer ends the stream after them.
    init(_ bytes: [UInt8], splits: [Int] = [], ends: Bool = false, limits: HTTPResponseLimits = HTTPResponseLimits()) {
        var reader = HTTPResponseReader(limits: limits)
        reader.reset()
        self.init(&reader, bytes, splits: splits, ends: ends)
    }

    /// As a connection does it: a reader that is used for one answer after another.
    init(_ reader: inout HTTPResponseReader, _ bytes: [UInt8], splits: [Int], ends: Bool) {
        var progress = HTTPResponseReader.Progress.needsMore
        var start = 0
        for end in splits.sorted() + [bytes.count] {
            progress = bytes[start..<end].withUnsafeBytes { reader.read($0) }
            start = end
        }
        if ends { progress = reader.readEnd() }
        switch progress {
        case .needsMore: self = .needsMore
        case .failed(let fault): self = .failed(fault)
        case .complete:
            self = .complete(
                Response(
                    status: reader.status, body: reader.body, isReusable: reader.isReusable, hasSurplus: reader.hasSurplus,
                    retryAfter: String(decoding: reader.retryAfter, as: UTF8.self), keepAliveSeconds: reader.keepAliveSeconds))
        }
    }

    static func complete(
        _ status: Int, _ body: String, reusable: Bool = true, surplus: Bool = false, retryAfter: String = "", keepAlive: Int? = nil
    ) -> ResponseReading {
        .complete(
            Response(
                status: status, body: Array(body.utf8), isReusable: reusable, hasSurplus: surplus, retryAfter: retryAfter,
                keepAliveSeconds: keepAlive))
    }
}
