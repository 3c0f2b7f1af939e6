/// Cuts a text into parts as phones do: what belongs together (an escape and its character, a surrogate pair) stays in one part.
struct PartCutter {
    private let single: Int
    private let multiple: Int
    /// Units in all, and in the part that is being filled.
    private(set) var units = 0
    private var inPart = 0
    private var cuts = 0

    /// - Parameters:
    ///   - single: what a message of one part holds.
    ///   - multiple: what each part of a longer one holds, beside its header.
    init(single: Int, multiple: Int) {
        self.single = single
        self.multiple = multiple
    }

    /// Takes the next character; answers whether it begins a new part, if the text turns out to need more than one.
    @discardableResult
    mutating func add(_ width: Int) -> Bool {
        units += width
        let begins = inPart + width > multiple
        inPart = begins ? width : inPart + width
        if begins { cuts += 1 }
        return begins
    }

    var parts: Int { units <= single ? 1 : cuts + 1 }
}
