internal import Requests
internal import SMSPipeline

/// Settings for librdkafka under its own names, in the order of their file. Prints its keys only: a value may be a password.
package struct KafkaProperties: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// No key twice.
    package private(set) var entries: [(key: String, value: String)] = []

    package init() {}

    /// Of two entries with one key the later one stays, in the place of the first.
    package init(_ entries: [(key: String, value: String)]) {
        for entry in entries {
            if let index = self.entries.firstIndex(where: { $0.key == entry.key }) {
                self.entries[index] = entry
            } else {
                self.entries.append(entry)
            }
        }
    }

    package subscript(key: String) -> String? { entries.first { $0.key == key }?.value }

    package static func == (a: Self, b: Self) -> Bool { a.entries.elementsEqual(b.entries, by: ==) }

    package var description: String { entries.map { "\($0.key)=***" }.joined(separator: " ") }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["keys": entries.map(\.key)]) }
}
