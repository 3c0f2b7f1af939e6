/// Which senders a request may name: whoever may write requests could else write under any name of the account.
package struct AllowedSenders: Equatable, Sendable {
    /// The code of the FAILED event of a request that names another one.
    package static let code = "SENDER_NOT_ALLOWED"

    /// UTF-8; empty: any.
    private let names: Set<[UInt8]>

    package init(_ names: [String]) { self.names = Set(names.map { Array($0.utf8) }) }

    /// In order; empty: any.
    package var sorted: [String] { names.map { String(decoding: $0, as: UTF8.self) }.sorted() }

    /// - Parameter sender: as the record has it; nil, the account's own main name, always may.
    package func allows(_ sender: [UInt8]?) -> Bool {
        guard let sender, !names.isEmpty else { return true }
        return names.contains(sender)
    }
}
