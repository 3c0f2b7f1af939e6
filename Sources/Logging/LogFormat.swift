/// How a line looks: for people, or one JSON object.
package enum LogFormat: String, CaseIterable, Sendable {
    case text, json
}
