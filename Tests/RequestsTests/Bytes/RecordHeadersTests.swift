import PipelineSupport
import Testing

@testable import Requests

@Suite struct RecordHeadersTests {
    @Test func keepsOrderRepeatsAndMissingValues() {
        var headers = RecordHeaders()
        headers.add("b", "1")
        headers.add("a", nil)
        headers.append("n", Int32.min)
        headers.add("b", "")
        headers.append("s", "text" as String)
        headers.append("", 0)
        #expect(headers.lines == ["b=1", "a", "n=-2147483648", "b=", "s=text", "=0"])
        #expect(headers["b"] == "" && headers["a"] == nil && headers["c"] == nil)
        #expect(headers.count == 6 && headers.byteCount == 22)
        headers.removeAll()
        #expect(headers.isEmpty && headers.byteCount == 0 && headers.lines.isEmpty)
        headers.append("x", [1, 2])
        #expect(headers.lines == ["x=\u{1}\u{2}"])
    }

    @Test func decimalsOfEveryWidth() {
        var headers = RecordHeaders()
        for value in [Int64.min, -10, -9, 0, 9, 10, 1_000_000_007, .max] { headers.append("d", value) }
        #expect(
            headers.lines == [
                "d=-9223372036854775808", "d=-10", "d=-9", "d=0", "d=9", "d=10", "d=1000000007", "d=9223372036854775807",
            ])
    }
}
