import Logging
import Testing

@Suite struct OncePerTests {
    @Test func oncePerIntervalAndKey() {
        var once = OncePer<String>(.seconds(10))
        #expect(once.admit("a", at: 0) == 0)
        #expect(once.admit("a", at: 1) == nil)
        #expect(once.admit("b", at: 1) == 0)
        #expect(once.admit("a", at: 9_999_999_999) == nil)
        #expect(once.admit("a", at: 10_000_000_000) == 2)
        #expect(once.admit("a", at: 10_000_000_001) == nil)
        #expect(once.admit("a", at: 30_000_000_000) == 1)
        #expect(once.admit("a", at: 60_000_000_000) == 0)
    }

    @Test func forgetsTheOldestKey() {
        var once = OncePer<Int>(.seconds(10), maximumKeys: 2)
        #expect(once.admit(1, at: 0) == 0)
        #expect(once.admit(2, at: 1) == 0)
        #expect(once.admit(3, at: 2) == 0)
        #expect(once.admit(2, at: 3) == nil)
        #expect(once.admit(1, at: 4) == 0)
    }
}
