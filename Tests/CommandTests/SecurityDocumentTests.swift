import Foundation
import Testing

/// Each line of the threat model has a test that holds it.
@Suite struct SecurityDocumentTests {
    private static let root = URL(filePath: #filePath).appending(path: "../../..").standardized

    @Test func theTestsThatTheThreatModelNamesAreThere() throws {
        let document = try String(contentsOf: Self.root.appending(path: "SECURITY.md"), encoding: .utf8)
        let rows = document.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.split(separator: "|").count == 3 }
        let threats = rows.filter { !$0.contains("| held by |") && !$0.contains("---") }
        #expect(threats.count >= 20)
        var known: Set<Substring> = []
        let files = try #require(FileManager.default.enumerator(at: Self.root.appending(path: "Tests"), includingPropertiesForKeys: nil))
        for case let file as URL in files where ["swift", "py"].contains(file.pathExtension) {
            for match in try String(contentsOf: file, encoding: .utf8).matches(of: /(?:func|def) ([A-Za-z0-9_]+)\(/) {
                known.insert(Substring(String(match.output.1)))
            }
        }
        for threat in threats {
            let names = (threat.split(separator: "|").last ?? "").matches(of: /`([A-Za-z0-9_]+)`/).map(\.output.1)
            #expect(!names.isEmpty, "\(threat)")
            for name in names { #expect(known.contains(name), "\(name)") }
        }
    }
}
