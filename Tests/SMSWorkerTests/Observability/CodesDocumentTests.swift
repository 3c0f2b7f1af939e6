import Foundation
import RocketSMS
import SMPP
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import SMSWorker

/// schemas/CODES.md names every code that the sources can give, and none besides.
@Suite struct CodesDocumentTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../../..").standardized

    /// Rows of the tables under a heading, cell by cell, without the heads.
    private func rows(_ heading: String) throws -> [[String]] {
        let document = try String(contentsOf: Self.root.appending(path: "schemas/CODES.md"), encoding: .utf8)
        let section = try #require(document.components(separatedBy: "\n## ").first { $0.hasPrefix(heading + "\n") })
        return section.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        }
    }

    private func name(_ cell: String?) -> String { (cell ?? "").trimmingCharacters(in: ["`"]) }

    /// Codes with their kinds, as the sources write them.
    private func reasonsOfTheSource() throws -> [String: String] {
        var found: [String: String] = [AllowedSenders.code: "refused"]
        for folder in ["Sources/Requests", "Sources/SMSPipeline"] {
            let files = try #require(FileManager.default.enumerator(at: Self.root.appending(path: folder), includingPropertiesForKeys: nil))
            for case let file as URL in files where file.pathExtension == "swift" {
                let source = try String(contentsOf: file, encoding: .utf8)
                for match in source.matches(of: /Reason\(\s*code: "([A-Z_]+)", kind: \.([a-z]+)/) {
                    found[String(match.output.1)] = String(match.output.2)
                }
                for match in source.matches(of: /giveUp\([^"]*code: "([A-Z_]+)"/) { found[String(match.output.1)] = "untracked" }
            }
        }
        return found
    }

    @Test func everyReasonOfOurOwnIsThere() throws {
        let source = try reasonsOfTheSource()
        #expect(source.count >= 9)
        let written = Dictionary(uniqueKeysWithValues: try rows("Reasons of our own").map { (name($0.first), name($0.dropFirst().first)) })
        #expect(written == source)
        for row in try rows("Reasons of our own") { #expect(row.count == 6, "\(row)") }
    }

    @Test func theMetricKnowsThemWithTheirKinds() throws {
        let source = try reasonsOfTheSource()
        for (code, kind) in EventMetrics.reasons where code != EventMetrics.provider { #expect(source[code] == kind.rawValue, "\(code)") }
        let failing = try rows("Reasons of our own").filter { $0[2].contains("FAILED") }.map { name($0.first) }
        #expect(Set(failing + [EventMetrics.provider]) == Set(EventMetrics.reasons.map(\.code)))
    }

    @Test func everyKindIsThere() throws {
        #expect(try rows("Kinds").map { name($0.first) } == EntryEvent.Reason.Kind.allCases.map(\.rawValue))
    }

    @Test func everyDeadLetterIsThere() throws {
        #expect(try rows("Dead letters").map { name($0.first) } == DeadLetterCode.allCases.map(\.rawValue))
        for row in try rows("Dead letters") { #expect(row.count == 3, "\(row)") }
    }

    /// By the names that the gateway gives them, and none of a status that refuses nothing.
    @Test func statusesOverSMPPAreThoseThatRefuse() throws {
        let rows = try rows("Over SMPP")
        let rules = StatusRules()
        var codes: Set<String> = [SMPPGateway.unwritable]
        for number: UInt32 in 1...0xFF where rules.verdict(CommandStatus(number)) == .refused { codes.insert(CommandStatus(number).code) }
        #expect(rows.count >= 5)
        for row in rows { #expect(row.count == 5 && codes.contains(name(row.first)), "\(row)") }
        #expect(rows.contains { name($0.first) == SMPPGateway.unwritable })
    }

    @Test func everyFamiliarCodeOfTheProviderIsThere() throws {
        let written = Set(try rows("The provider's codes").map { name($0.first) })
        let familiar = RefusalClassifier.messageCodes.union(BalanceLook.familiarCodes).union(["WRONG_AUTH"])
        #expect(familiar.isSubset(of: written))
        // Of the API's document and its clients.
        #expect(written.subtracting(familiar) == ["SENDER_BAD_FORMAT", "SENDER_TOO_LONG", "SENDER_ALREADY_ADDED"])
        for row in try rows("The provider's codes") { #expect(row.count == 6, "\(row)") }
    }
}
