package import Requests

extension LedgerEntry {
    package static func sample(
        id: String = "ord-1", key: String? = "k", policy: UnknownPolicy? = nil, offset: Int64 = 7, isPriority: Bool = true
    ) -> LedgerEntry {
        LedgerEntry(
            echo: Echo(
                id: Array(id.utf8), key: key.map { Array($0.utf8) }, metadata: Array(#"{"a":"b"}"#.utf8), traceparent: nil, tracestate: nil),
            message: Message(phone: Array("375296890043".utf8), text: Array("Код".utf8), isTemplate: false, sender: nil), offset: offset,
            timestamp: 1_000, isPriority: isPriority, policy: policy, admittedAt: 2_000, sendAt: nil, expiresAt: nil)
    }
}
