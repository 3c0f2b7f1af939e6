internal import Glibc
internal import Requests
internal import SMSPipeline

/// The words and variables that the process was started with.
struct ProcessEnvironment {
    /// Of a repeated name the first counts, as in `getenv`.
    private(set) var variables: [String: String] = [:]
    /// Names of variables whose value is no UTF-8: repaired, it would be another password, or another text.
    private(set) var unreadable: Set<String> = []

    static var current: Self {
        var entries: [[UInt8]] = []
        var entry = environ
        while let pointer = entry.pointee {
            entries.append(bytes(pointer))
            entry += 1
        }
        return Self(entries)
    }

    /// - Parameter entries: `NAME=value` each.
    init(_ entries: [[UInt8]]) {
        for entry in entries {
            let parts = entry.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let name = String(validating: parts[0], as: UTF8.self) else { continue }
            if variables[name] != nil || unreadable.contains(name) { continue }
            if let value = String(validating: parts[1], as: UTF8.self) {
                variables[name] = value
            } else {
                unreadable.insert(name)
            }
        }
    }

    /// The words of the command line without the program's name, as bytes.
    static var words: [[UInt8]] {
        UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)).dropFirst().compactMap { $0.map { bytes($0) } }
    }

    /// - Throws: where one is no UTF-8: repaired, it would be another text, sent at somebody's expense.
    static func text(of words: [[UInt8]]) throws(UsageError) -> [String] {
        var texts: [String] = []
        for (index, word) in words.enumerated() {
            guard let text = String(validating: word, as: UTF8.self) else {
                throw UsageError("Word \(index + 1) of the command line is not UTF-8.")
            }
            texts.append(text)
        }
        return texts
    }

    private static func bytes(_ text: UnsafePointer<CChar>) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
}
