/// What a source file declares, found by its braces: types with their stored properties, functions with their lines.
struct Declarations {
    struct Function {
        let name: String
        let file: String
        let lines: Int
    }

    /// Stored properties of the instances of each type, by its full name.
    private(set) var properties: [String: [String]] = [:]
    /// Types that stand in no other.
    private(set) var topLevelTypes: Set<String> = []
    private(set) var functions: [Function] = []

    private enum Scope {
        case type(name: String, isProtocol: Bool)
        case function(name: String, begin: Int)
        case other
    }

    private static let kinds: Set<String> = ["struct", "class", "enum", "actor", "protocol", "extension"]
    private static let introducers: Set<String> = ["func", "init", "deinit", "subscript"]
    private static let statements: Set<String> = ["if", "guard", "for", "while", "switch", "case", "else", "return"]

    init(file: String, lines: [String], words: [[String]]) {
        var scopes: [Scope] = []
        /// Of the declaration whose brace has not come yet.
        var pending: Scope?
        for (number, line) in lines.enumerated() {
            if case .type(_, let isProtocol) = scopes.last ?? .type(name: "", isProtocol: false) {
                pending = Self.declaration(line, words[number], at: number, isProtocol) ?? pending
                note(line, words[number], in: scopes, isProtocol, pending: pending)
            }
            for byte in line.utf8 {
                if byte == UInt8(ascii: "{") {
                    scopes.append(pending ?? .other)
                    pending = nil
                } else if byte == UInt8(ascii: "}"), let scope = scopes.popLast(), case .function(let name, let begin) = scope {
                    functions.append(Function(name: name, file: file, lines: number - begin + 1))
                }
            }
        }
    }

    private static func path(_ scopes: [Scope]) -> String {
        scopes.compactMap { if case .type(let name, _) = $0 { name } else { nil } }.joined(separator: ".")
    }

    private static func declaration(_ line: String, _ words: [String], at number: Int, _ isInProtocol: Bool) -> Scope? {
        guard let first = words.first, !statements.contains(first) else { return nil }
        if let index = words.firstIndex(where: { introducers.contains($0) }), !isProperty(words[..<index]) {
            // `class func`, and what only names one: `self.init`, `foo(func: …)` do not begin a declaration of a type's body.
            return isInProtocol
                ? nil : .function(name: words[index == words.count - 1 || words[index] != "func" ? index : index + 1], begin: number)
        }
        guard let index = words.firstIndex(where: { kinds.contains($0) }), index + 1 < words.count, !isProperty(words[..<index]) else {
            return nil
        }
        let name = words[index] == "extension" ? extended(line) : words[index + 1]
        return .type(name: name, isProtocol: words[index] == "protocol")
    }

    private static func isProperty(_ words: ArraySlice<String>) -> Bool { words.contains { $0 == "let" || $0 == "var" || $0 == "case" } }

    /// With its dots.
    private static func extended(_ line: String) -> String {
        let rest = line.drop { $0 == " " }
        guard let begin = rest.range(of: "extension ") else { return "" }
        return String(rest[begin.upperBound...].prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "." })
    }

    private mutating func note(_ line: String, _ words: [String], in scopes: [Scope], _ isInProtocol: Bool, pending: Scope?) {
        if scopes.isEmpty {
            if case .type(let name, _)? = pending, !words.contains("extension") { topLevelTypes.insert(name) }
            if let index = words.firstIndex(of: "typealias") { topLevelTypes.insert(words[index + 1]) }
            return
        }
        guard !isInProtocol, !words.contains("static"), let index = words.firstIndex(where: { $0 == "let" || $0 == "var" }),
            words[..<index].allSatisfy({ !Self.statements.contains($0) && !Self.introducers.contains($0) }), index + 1 < words.count
        else { return }
        if words[index] == "var", Self.isComputed(line) { return }
        properties[Self.path(scopes), default: []].append(words[index + 1])
    }

    /// A brace that no `=` stands before opens an accessor; an observer leaves the property stored.
    private static func isComputed(_ line: String) -> Bool {
        guard let brace = line.firstIndex(of: "{") else { return false }
        return !line[..<brace].contains("=") && !line.contains("willSet") && !line.contains("didSet")
    }
}

extension StringProtocol {
    /// The first place of `other`.
    fileprivate func range(of other: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(other) { return index..<self.index(index, offsetBy: other.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
