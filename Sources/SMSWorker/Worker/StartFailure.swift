internal import Requests
internal import SMSPipeline

/// Why a worker did not start.
enum StartFailure: Error, Equatable, Sendable {
    case noBroker(String)
    case refused(String)
    case unfit(String)

    var end: WorkerEnd {
        switch self {
        case .noBroker(let sentence): .noBroker(sentence)
        case .refused(let sentence): .refused(sentence)
        case .unfit(let sentence): .unfit(sentence)
        }
    }
}
