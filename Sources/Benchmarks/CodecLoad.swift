internal import SMPP
internal import Time

/// Parts as PDUs, written and read again, in batches as a socket would bring them.
enum CodecLoad {
    private static let batch = 100

    /// - Returns: a line of JSON.
    static func run(parts count: Int) throws(PDUEncodingError) -> String {
        var part = ShortMessage()
        part.source = Address(ton: 5, npi: 0, "Shop")
        part.destination = Address(ton: 1, npi: 1, "375290000000")
        part.esmClass = .userDataHeader
        part.registeredDelivery = 1
        part.dataCoding = 8
        part.octets = [5, 0, 3, 1, 2, 1] + [UInt8](repeating: 4, count: 134)
        var octets: [UInt8] = []
        var decoder = PDUDecoder()
        var read = 0
        let begun = CPUTime.now
        for first in stride(from: 0, to: count, by: batch) {
            octets.removeAll(keepingCapacity: true)
            for number in first..<min(count, first + batch) {
                try PDU(sequence: UInt32(truncatingIfNeeded: number), .submit(part)).encode(into: &octets)
            }
            octets.withUnsafeBytes { decoder.read($0) { if case .pdu = $0 { read += 1 } } }
        }
        let seconds = Double((CPUTime.now - begun).nanoseconds) / 1e9
        return """
            {"parts": \(read), "cpu_seconds": \(seconds), "parts_per_cpu_second": \(Int(Double(read) / seconds))}
            """
    }
}
