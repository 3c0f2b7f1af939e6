import Foundation
import JSON
import Testing

@testable import Requests

struct SchemaFrameTests {
    @Test func theFrameIsConfluents() {
        #expect(SchemaFrame.bytes(id: 100_001) == [0, 0, 1, 0x86, 0xA1])
        #expect(Array(SchemaFrame.removed(from: SchemaFrame.bytes(id: 7) + Array("{}".utf8))) == Array("{}".utf8))
        #expect(Array(SchemaFrame.removed(from: Array("{}".utf8))) == Array("{}".utf8))
        #expect(SchemaFrame.removed(from: [0, 1]).isEmpty && SchemaFrame.removed(from: []).isEmpty)
    }

    @Test func theSchemaThatARegistryIsToldIsTheDocuments() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../schemas/status-event.schema.json")
        let document = try String(contentsOf: path.standardized, encoding: .utf8)
        #expect(StatusEventSchema.text + "\n" == document)
        #expect(try JSONValue(parsing: Array(StatusEventSchema.text.utf8))["title"]?.stringValue == "Status event")
    }
}
