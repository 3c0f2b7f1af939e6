/// A switch, or a control request, that cannot be taken; `description` names what, and what would be allowed.
package struct SimulatorSwitchError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ description: String) { self.description = description }
}
