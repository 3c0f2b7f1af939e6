internal import Requests
internal import SMSPipeline

extension WorkerConfiguration {
    /// Names of topics; all different, those of the ledgers included.
    package struct Topics: Equatable, Sendable {
        /// The bulk lane; at least one.
        package var requests: [String]
        package var priorityRequests: [String]
        package var status: String
        package var deadLetter: String
        /// Of delivery receipts; nil where none come, as over HTTP.
        package var receipts: Receipts?
        /// A request topic's ledger is the topic of its name and this.
        package var ledgerSuffix: String
        /// Topics that are missing at start are made.
        package var autoCreate: Bool

        /// A log that all replicas read, from positions that they keep: one partition, and long enough for the oldest position.
        package struct Receipts: Equatable, Sendable {
            package var name: String
            /// At least so long they must stay: a message may be waited for until its horizon, and whoever waits may be away for a day.
            package var retention: Duration

            package init(name: String, horizon: Duration) {
                self.name = name
                retention = horizon + .seconds(86_400)
            }
        }

        /// All request topics, of both lanes.
        package var allRequests: [String] { requests + priorityRequests }

        /// All that is neither requests nor their ledger.
        package var others: [String] { [status, deadLetter] + (receipts.map { [$0.name] } ?? []) }

        package func ledger(of requestTopic: String) -> String { requestTopic + ledgerSuffix }
    }
}
