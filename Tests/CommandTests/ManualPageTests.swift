import Foundation
import Testing

@testable import rocketsms_worker

/// The manual page knows what the help knows.
@Suite struct ManualPageTests {
    private static let file = URL(filePath: #filePath).appending(path: "../../../deploy/debian/rocketsms-worker.1").standardized
    private static let begin = "--filter ManualPageTests\n.Bl -tag -width Ds\n"

    /// `WRITE_DOCUMENTS=1 swift test --filter ManualPageTests` writes it.
    @Test func thePageIsMadeOfTheTables() throws {
        let page = try String(contentsOf: Self.file, encoding: .utf8)
        let head = try #require(page.range(of: Self.begin)).upperBound
        let tail = try #require(page.range(of: ".El\n.Sh ENVIRONMENT")).lowerBound
        let made = ManualPage(.program).text
        if ProcessInfo.processInfo.environment["WRITE_DOCUMENTS"] != nil {
            try (page[..<head] + made + page[tail...]).write(to: Self.file, atomically: true, encoding: .utf8)
        } else {
            #expect(page[head..<tail] == made, "WRITE_DOCUMENTS=1 swift test --filter ManualPageTests writes it")
        }
    }

    @Test func everyCommandAndFlagIsOnIt() {
        let text = ManualPage(.program).text
        for line in [
            ".It Cm check\n", ".It Cm topics create\n", ".Fl Fl dry-run :\n", ".Fl Fl metrics-port Ar NUMBER :\n",
            ".It Cm requests resolve Ar ID\n",
        ] {
            #expect(text.contains(line), "\(line)")
        }
        #expect(!text.split(separator: "\n").contains { $0.hasPrefix("'") })
    }
}
