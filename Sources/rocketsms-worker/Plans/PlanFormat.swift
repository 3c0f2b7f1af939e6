internal import JSON
internal import Requests
internal import SMSPipeline

/// What a plan is written for.
enum PlanFormat: String, CaseIterable, Sendable {
    /// Commands of Kafka's own tools, one a line.
    case kafkaCLI = "kafka-cli"
    /// Objects of the Strimzi operator.
    case strimzi
    case json

    static let option = CommandOption.value(
        "--format", "FORMAT", "kafka-cli (commands of Kafka's own tools), strimzi (objects of the operator) or json. Default: kafka-cli.")
    static let commandConfig = CommandOption.value(
        "--command-config", "PATH", "Goes into the commands of kafka-cli: the properties by which an administrator's tools connect.")
    static let cluster = CommandOption.value("--cluster", "NAME", "The Strimzi cluster that the objects belong to. Default: kafka.")

    init(_ arguments: ParsedArguments) throws(UsageError) {
        guard let word = arguments["--format"] else {
            self = .kafkaCLI
            return
        }
        guard let format = Self(rawValue: word) else {
            throw UsageError("--format: \"\(UsageError.excerpt(word))\" is none of \(HelpText.list(Self.allCases.map(\.rawValue))).")
        }
        self = format
    }

    /// Quoted for a shell where it needs to be.
    static func shell(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.utf8.allSatisfy { isLetterOrDigit($0) || "._-:,/=@+".utf8.contains($0) }
        return isPlain ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// Quoted for YAML, which takes JSON's strings.
    static func yaml(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// A name that Kubernetes takes, and that none of `taken` has: small letters, digits, hyphens and dots.
    static func objectName(_ name: String, taken: inout Set<String>) -> String {
        let bytes = name.lowercased().utf8.map { isLetterOrDigit($0) || $0 == UInt8(ascii: ".") ? $0 : UInt8(ascii: "-") }
        let isEdge: (UInt8) -> Bool = { !isLetterOrDigit($0) }
        let inner = bytes.drop(while: isEdge).reversed().drop(while: isEdge).reversed().prefix(240)
        let stem = inner.isEmpty ? "topic" : String(decoding: inner, as: UTF8.self)
        var found = stem
        var number = 2
        while !taken.insert(found).inserted {
            found = "\(stem)-\(number)"
            number += 1
        }
        return found
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }
}
