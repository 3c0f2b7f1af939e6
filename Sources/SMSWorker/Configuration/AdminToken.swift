internal import Requests

/// Who may read the metrics says this. Prints as stars, whichever way it is printed.
package struct AdminToken: Equatable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let bytes: [UInt8]

    /// - Parameter text: ASCII.
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// Whether an `Authorization` header brings it. Takes as long for a wrong token as for the right one.
    package func isBrought(by header: UnsafeRawBufferPointer) -> Bool {
        let scheme: StaticString = "bearer "
        guard header.hasPrefixIgnoringCase(scheme) else { return false }
        let given = UnsafeRawBufferPointer(rebasing: header.dropFirst(scheme.utf8CodeUnitCount))
        var difference = UInt8(given.count == bytes.count ? 0 : 1)
        for index in 0..<bytes.count { difference |= bytes[index] ^ (index < given.count ? given[index] : 0) }
        return difference == 0
    }

    package var description: String { "***" }
    package var debugDescription: String { "***" }
    package var customMirror: Mirror { Mirror(self, children: [:]) }
}
