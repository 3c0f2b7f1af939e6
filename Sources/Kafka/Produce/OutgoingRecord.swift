internal import CLibrdkafka
internal import EventLoop
internal import Time

/// A record on its way into a producer's queue, which copies its bytes. Null and empty are kept apart.
struct OutgoingRecord {
    /// Lends each header, in order.
    typealias Headers = ((UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void) -> Void

    let topic: OpaquePointer
    /// Nil: by the key, as Java clients do (murmur2); null keys at random.
    let partition: Int32?
    let key: UnsafeRawBufferPointer?
    let value: UnsafeRawBufferPointer?
    /// Comes back with the delivery report.
    var tag = 0

    /// How long a full queue is waited for: as long as a broker may take to accept a batch and a half.
    private static let patience = Duration.seconds(10)

    /// - Throws: `_QUEUE_FULL` where the queue stays full for ten seconds, `MSG_SIZE_TOO_LARGE`, `_STATE` outside of a transaction.
    func send(_ client: OpaquePointer, name: String, headers lendHeaders: Headers?) throws(KafkaError) {
        var headers = lendHeaders.map { Self.list($0) }
        var deadline: MonotonicInstant?
        while true {
            let result = enqueue(client, headers)
            if result == RD_KAFKA_RESP_ERR_NO_ERROR { return }
            if result == RD_KAFKA_RESP_ERR__QUEUE_FULL {
                let now = MonotonicInstant.now
                let end = deadline ?? now + Self.patience
                deadline = end
                if now < end {
                    rd_kafka_poll(client, 10)
                    continue
                }
            }
            // The list went over to librdkafka only with success.
            if let list = headers.take() { rd_kafka_headers_destroy(list) }
            throw KafkaError(result, "\(name): \(rd_kafka_err2str(result).map { String(cString: $0) } ?? "")")
        }
    }

    private static func list(_ lendHeaders: Headers) -> OpaquePointer {
        guard let list = rd_kafka_headers_new(8) else { preconditionFailure("librdkafka makes headers unless memory has run out") }
        lendHeaders { name, value in
            rd_kafka_header_add(
                list, (name.baseAddress ?? emptyBytes).assumingMemoryBound(to: CChar.self), name.count,
                value.map { $0.baseAddress ?? emptyBytes }, value?.count ?? 0)
        }
        return list
    }

    private func enqueue(_ client: OpaquePointer, _ headers: OpaquePointer?) -> rd_kafka_resp_err_t {
        let error = withUnsafeTemporaryAllocation(of: rd_kafka_vu_t.self, capacity: 7) { units in
            units.initialize(repeating: rd_kafka_vu_t())
            units[0].vtype = RD_KAFKA_VTYPE_RKT
            units[0].u.rkt = topic
            units[1].vtype = RD_KAFKA_VTYPE_PARTITION
            units[1].u.i32 = partition ?? RD_KAFKA_PARTITION_UA
            units[2].vtype = RD_KAFKA_VTYPE_MSGFLAGS
            units[2].u.i = Int32(RD_KAFKA_MSG_F_COPY)
            units[3].vtype = RD_KAFKA_VTYPE_KEY
            units[3].u.mem.ptr = key.map { UnsafeMutableRawPointer(mutating: $0.baseAddress ?? emptyBytes) }
            units[3].u.mem.size = key?.count ?? 0
            units[4].vtype = RD_KAFKA_VTYPE_VALUE
            units[4].u.mem.ptr = value.map { UnsafeMutableRawPointer(mutating: $0.baseAddress ?? emptyBytes) }
            units[4].u.mem.size = value?.count ?? 0
            units[5].vtype = RD_KAFKA_VTYPE_OPAQUE
            units[5].u.ptr = UnsafeMutableRawPointer(bitPattern: tag)
            units[6].vtype = RD_KAFKA_VTYPE_HEADERS
            units[6].u.headers = headers
            return rd_kafka_produceva(client, units.baseAddress, headers == nil ? 6 : 7)
        }
        guard let error else { return RD_KAFKA_RESP_ERR_NO_ERROR }
        defer { rd_kafka_error_destroy(error) }
        return rd_kafka_error_code(error)
    }
}

/// A place for values of no bytes: librdkafka keeps empty and null apart by the pointer. Never read or written, so any thread may have it.
nonisolated(unsafe) private let emptyBytes = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))
