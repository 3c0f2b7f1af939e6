import Foundation
import PipelineSupport
import Testing

@testable import Requests

/// The decoder and the schemas say the same of every example in `schemas/examples`.
@Suite struct SchemaExampleTests {
    private static let folder = URL(filePath: #filePath).appending(path: "../../../../schemas/examples").standardized

    private static func examples(_ path: String) throws -> [(name: String, bytes: [UInt8])] {
        let files = try FileManager.default.contentsOfDirectory(at: folder.appending(path: path), includingPropertiesForKeys: nil)
        return try files.filter { $0.pathExtension == "json" }
            .map { ($0.deletingPathExtension().lastPathComponent, Array(try Data(contentsOf: $0))) }
    }

    @Test func validRequestsAreRequests() throws {
        let examples = try Self.examples("request/valid")
        #expect(examples.count >= 10)
        for (name, bytes) in examples { #expect(DecodedRecord(bytes: bytes).request != nil, "\(name)") }
    }

    @Test func validCommandsAreCommands() throws {
        let examples = try Self.examples("command/valid")
        #expect(examples.count >= 5)
        for (name, bytes) in examples { #expect(DecodedRecord(bytes: bytes).command != nil, "\(name)") }
    }

    @Test(arguments: ["request", "command"])
    func invalidOnesAreDeadLettersOfTheCodeInTheirName(_ kind: String) throws {
        let examples = try Self.examples("\(kind)/invalid")
        #expect(examples.count >= 8)
        for (name, bytes) in examples {
            let code = try #require(name.split(separator: "-").first)
            #expect(DecodedRecord(bytes: bytes).code == String(code), "\(name)")
        }
    }
}
