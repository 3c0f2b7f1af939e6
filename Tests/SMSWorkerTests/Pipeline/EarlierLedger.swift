@testable import Requests

/// Ledger records as version 32f862e wrote them, of requests without an id on partition 0 of the topic `t`: closed, tracked, held, waiting.
enum EarlierLedger {
    static var records: [PipelineStage.LedgerRecord] {
        values.enumerated().map { PipelineStage.LedgerRecord(key: Array("t-0-\($0)"), value: bytes($1)) }
    }

    /// Of the request's record.
    static func timestamp(_ offset: Int64) -> Int64 { 1_795_489_000_000 + offset }

    private static let values = [
        """
        01050400000000000000000040ea7b0ba2010000802c8b0ba2010000
        """,
        """
        01030401000001000000010000000000010000000000000041ea7b0ba201000034ec7b0ba20100000000000000000000\
        000000000000000000000000000000800000000000000080802c8b0ba201000002000000000000000500742d302d3101\
        006b00000000000000000001043837363700
        """,
        """
        01040500030001000100000000000000020000000000000042ea7b0ba201000034ec7b0ba20100000000000000000000\
        000000000000000000000000000000800000000000000080000000000000000003000000000000000500742d302d3201\
        006b00000000000000000000010c333735323931323334353032010000006100
        """,
        """
        01010400000000000000000000000000030000000000000043ea7b0ba201000034ec7b0ba20100000000000000000000\
        000000000000000000000000000000800000000000000080000000000000000000000000000000000500742d302d3301\
        006b00000000000000000000010c333735323931323334353033010000006100
        """,
    ]

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.utf8).map { UInt8($0 < 0x3A ? $0 - 0x30 : $0 - 0x57) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
