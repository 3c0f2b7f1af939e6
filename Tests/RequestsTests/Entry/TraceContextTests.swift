import Testing

@testable import Requests

@Suite struct TraceContextTests {
    private static let example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    private func read(_ header: String) -> TraceContext? { TraceContext(Array(header.utf8)) }

    @Test func theStandardsExampleIsReadAndWritten() throws {
        let context = try #require(read(Self.example))
        #expect(context.traceHigh == 0x4bf9_2f35_77b3_4da6 && context.traceLow == 0xa3ce_929d_0e0e_4736)
        #expect(context.parent == 0x00f0_67aa_0ba9_02b7 && context.isSampled)
        #expect(context.header(below: context.parent) == Array(Self.example.utf8))
        #expect(context.header(below: 1) == Array("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000001-01".utf8))
    }

    /// As W3C asks: a version of the future is read as far as it is known, flags that are not known are not passed on.
    @Test(arguments: [
        ("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-09-more", true),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", false),
        ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe", false),
    ])
    func laterVersionsAndFlagsAreReadAsFarAsTheyAreKnown(header: String, isSampled: Bool) throws {
        let context = try #require(read(header))
        #expect(context.isSampled == isSampled)
        #expect(context.header(below: context.parent).count == 55)
    }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more", "00-4bf92f3577b34da6a3ce929d0e0e473\r-00f067aa0ba902b7-01",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
    ])
    func whatIsNoContextIsNone(header: String) { #expect(read(header) == nil) }
}
