internal import JSON

/// Looks for a receipt where no undamaged answer is: in a body that is not JSON as a whole, or in all that came of a broken answer.
///
/// A receipt is an outermost complete object with an `id` (a positive integer, or its digits), with a `cost` or one of the provider's four
/// statuses, and without an `error`. A wrong "accepted" costs one message, a wrong "unknown" costs each message up to three; so
/// only acceptances are looked for, never refusals.
struct ReceiptSearch {
    /// What is looked at in all, in bytes: pages with thousands of braces are not read thousands of times.
    private static let effort = 8 << 20

    /// - Parameter text: of the message: a page that repeats it may hold whatever its author wrote, and that is no receipt.
    static func receipt(in bytes: UnsafeRawBufferPointer, excluding text: [UInt8]) -> SendReceipt? {
        if let receipt = first(in: bytes, excluding: text) { return receipt }
        guard bytes.contains(0) else { return nil }
        // UTF-16, as far as it matters here.
        return bytes.filter { $0 != 0 }.withUnsafeBytes { first(in: $0, excluding: text) }
    }

    /// - Parameter stream: all that came, heads included. What stands in a head is no receipt.
    static func receipt(inStream stream: UnsafeRawBufferPointer, excluding text: [UInt8]) -> SendReceipt? {
        receipt(in: UnsafeRawBufferPointer(rebasing: stream[bodyStart(of: stream)...]), excluding: text)
    }

    private static func first(in bytes: UnsafeRawBufferPointer, excluding text: [UInt8]) -> SendReceipt? {
        var position = 0
        var effort = effort
        while effort > 0, let start = bytes[position...].firstIndex(of: UInt8(ascii: "{")) {
            var object = LooseObject(bytes, at: start)
            switch object.read() {
            case .complete(let end):
                let whole = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                if let receipt = SendReceipt(object), !text.contains(whole) { return receipt }
                effort -= end - start
                position = end
            case .broken(let place):
                // What stands in or after a refusal that has no end may belong to it.
                if object.hasError { return nil }
                // A brace of something else, most likely.
                effort -= place - start
                position = start + 1
            }
        }
        return nil
    }

    /// The first byte after the heads: after an empty line, or where a line begins like a body, if that comes first.
    private static func bodyStart(of stream: UnsafeRawBufferPointer) -> Int {
        var position = 0
        while position < stream.count, stream[position] <= 0x20 { position += 1 }
        var hasHead = false
        while position < stream.count, !isBody(stream[position]) {
            if hasHead, !stream[position...].starts(with: "HTTP/".utf8) { return position }
            hasHead = hasHead || stream[position...].starts(with: "HTTP/".utf8)
            guard let end = endOfHead(stream, from: position) else { return hasHead ? startOfNoField(stream, from: position) : 0 }
            hasHead = true
            position = end
        }
        return min(position, stream.count)
    }

    private static func endOfHead(_ stream: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var position = start
        while let newline = stream[position...].firstIndex(of: 0x0A) {
            position = newline + 1
            if position < stream.count, isBody(stream[position]) { return position }
            if stream[position...].starts(with: [0x0D, 0x0A]) { return position + 2 }
            if stream[position...].starts(with: [0x0A]) { return position + 1 }
        }
        return nil
    }

    /// The last line of a head without an end, if it is no field; else the end.
    private static func startOfNoField(_ stream: UnsafeRawBufferPointer, from start: Int) -> Int {
        let line = (stream[start...].lastIndex(of: 0x0A) ?? start - 1) + 1
        let isField = stream[line...].prefix { $0 != UInt8(ascii: ":") }.allSatisfy { HTTPSyntax.isTokenByte($0) || $0 <= 0x20 }
        return isField ? stream.count : line
    }

    private static func isBody(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") || byte == UInt8(ascii: "<") || byte == 0xEF || byte == 0xFF
    }
}

extension SendReceipt {
    private static let statuses = ["QUEUED", "SENT", "DELIVERED", "FAILED"]

    /// Nil for an object that is no receipt.
    fileprivate init?(_ object: LooseObject) {
        guard !object.hasError, !object.hasTwoIDs, let id = object.id.flatMap(Self.digits) else { return nil }
        let status = object.status.map(Self.unquoted).map { String(decoding: $0, as: UTF8.self) }
        let isKnown = status.map { Self.statuses.contains($0.uppercased()) } ?? false
        guard isKnown || object.cost != nil else { return nil }
        self.init(
            ids: [String(decoding: id, as: UTF8.self)], status: isKnown ? status ?? Self.assumedStatus : Self.assumedStatus,
            cost: object.cost.flatMap(AnswerFields.cost))
    }

    private static func digits(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let digits = unquoted(value)
        let isNumber = (1...64).contains(digits.count) && digits.allSatisfy { $0 &- UInt8(ascii: "0") < 10 }
        return isNumber && digits.contains { $0 != UInt8(ascii: "0") } ? digits : nil
    }

    private static func unquoted(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard value.count >= 2, value.first == UInt8(ascii: "\""), value.last == UInt8(ascii: "\"") else { return value }
        return UnsafeRawBufferPointer(rebasing: value[1..<value.count - 1])
    }
}
