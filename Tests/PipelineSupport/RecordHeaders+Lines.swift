package import Requests

extension RecordHeaders {
    /// `name=value` of each, for comparing; a header without value has no equals sign.
    package var lines: [String] {
        var lines: [String] = []
        withEach { name, value in
            let name = String(decoding: name, as: UTF8.self)
            lines.append(value.map { "\(name)=\(String(decoding: $0, as: UTF8.self))" } ?? name)
        }
        return lines
    }

    /// Adds one under a name that is not known at compile time.
    package mutating func add(_ name: String, _ value: String?) {
        Array(name.utf8).withUnsafeBytes { name in
            if let value {
                Array(value.utf8).withUnsafeBytes { append(name: name, value: $0) }
            } else {
                append(name: name, value: nil)
            }
        }
    }
}
