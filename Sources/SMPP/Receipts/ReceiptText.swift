/// The text of a receipt, as appendix B of SMPP 3.4 proposes it and every vendor changes it:
///
///     id:IIIIIIIIII sub:SSS dlvrd:DDD submit date:… done date:… stat:DDDDDDD err:E text:…
///
/// Each field is looked for by itself, so it matters neither which others are there nor in what order. What stands behind `text:` is the
/// message's, or whatever somebody wants it to be: nothing is read there, and nothing of it is kept.
struct ReceiptText {
    private static let fields = ["id", "sub", "dlvrd", "submit", "done", "stat", "err", "text"].map { Array("\($0):".utf8) }

    /// Without NULs: so a text in UTF-16 is read like another.
    private let octets: [UInt8]

    init(_ octets: some Sequence<UInt8>) {
        let octets = octets.filter { $0 != 0 }
        let end = Self.end(of: "text:", in: octets).map { $0 - 5 } ?? octets.count
        self.octets = Array(octets[..<end])
    }

    var id: String? { value("id:", limit: 64) }
    var state: DeliveryState? { value("stat:", limit: 16).flatMap { DeliveryState(text: $0) } }
    /// The carrier's code, as it came: letters and digits alone.
    var error: String? { value("err:", limit: 8).flatMap { $0.utf8.allSatisfy(Self.isAlphanumeric) ? $0 : nil } }

    /// The word behind a field's name; nil where there is none, or it is longer than such a field ever is.
    private func value(_ name: StaticString, limit: Int) -> String? {
        guard let begin = Self.end(of: name, in: octets) else { return nil }
        let rest = octets[begin...].drop { $0 == 0x20 }
        let word = rest.prefix { $0 > 0x20 }
        // What was skipped may have been the whole of the value.
        guard !word.isEmpty, word.count <= limit, !Self.fields.contains(where: { Self.begins(rest, with: $0) }) else { return nil }
        return FieldReader.text(word)
    }

    /// Where the first field of this name ends; a longer name that ends alike is another.
    private static func end(of name: StaticString, in octets: [UInt8]) -> Int? {
        name.withUTF8Buffer { name in
            var index = 0
            while index + name.count <= octets.count {
                if index == 0 || !isPartOfName(octets[index - 1]), begins(octets[index...], with: name) { return index + name.count }
                index += 1
            }
            return nil
        }
    }

    /// Without regard to a letter's case.
    private static func begins(_ octets: ArraySlice<UInt8>, with name: some Collection<UInt8>) -> Bool {
        octets.count >= name.count && zip(octets, name).allSatisfy { lowercased($0) == $1 }
    }

    private static func lowercased(_ octet: UInt8) -> UInt8 { (0x41...0x5A).contains(octet) ? octet | 0x20 : octet }

    private static func isPartOfName(_ octet: UInt8) -> Bool { isAlphanumeric(octet) || octet == 0x2D || octet == 0x5F }

    private static func isAlphanumeric(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (0x61...0x7A).contains(lowercased(octet))
    }
}
