import Requests
import SMSPipeline
import Time

/// What a seed may switch off as a whole: faults of each side, and the unusual in the workload. The shrinker drops them one by one.
enum FaultClass: String, CaseIterable {
    // Processes
    case kill, freeze, drain, twin, rename
    // Kafka
    case brokerAway, coordinator, slowCluster, refusal, retention, compaction, offsetsLost, recreation
    case lostAnswers, lateCopies, slowMarkers, jumps
    // The provider
    case lostReplies, resets, refusals, tooMany, wrongAuth, noCredit, outage, slowProvider, wrongID, unknownStatus
    // The workload
    case repeats, badRecords, commands, schedules, expiries, policies, generated
    // The second door; drawn apart, and only where it is used
    case receiptsRefused, receiptsAnew, receiptsGone, bindLimit, strangeReceipts

    static func mask(_ classes: [FaultClass]) -> UInt64 { classes.reduce(0) { $0 | $1.bit } }

    var bit: UInt64 { 1 << UInt64(Self.allCases.firstIndex(of: self) ?? 0) }

    var isDoors: Bool {
        switch self {
        case .receiptsRefused, .receiptsAnew, .receiptsGone, .bindLimit, .strangeReceipts: true
        default: false
        }
    }

    /// How often a seed has it.
    var share: Double {
        switch self {
        case .kill, .freeze, .lostReplies, .policies, .repeats, .commands: 0.5
        case .drain, .resets, .schedules, .expiries, .generated: 0.4
        case .twin, .rename, .offsetsLost: 0.08
        case .recreation: 0.03
        case .retention, .compaction, .wrongID, .unknownStatus, .badRecords: 0.2
        case .brokerAway, .coordinator, .slowCluster, .refusal, .lostAnswers, .lateCopies, .slowMarkers, .jumps: 0.25
        case .refusals, .tooMany, .outage, .slowProvider: 0.3
        case .wrongAuth, .noCredit: 0.15
        case .receiptsRefused, .bindLimit: 0.25
        case .receiptsAnew, .receiptsGone: 0.05
        case .strangeReceipts: 0.5
        }
    }
}
