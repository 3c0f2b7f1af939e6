import Testing

@testable import SMSWorker

struct WatchedSecretTests {
    private func steps(_ looks: [WatchedSecret<String>.Look], inUse: String = "old") -> [String] {
        var secret = WatchedSecret(inUse: inUse)
        return looks.map { look in
            switch secret.saw(look) {
            case .nothing: "-"
            case .take(let value): "take \(value)"
            case .complain(let sentence): "say \(sentence)"
            }
        }
    }

    @Test func itIsTakenWhenTwoLooksInARowAgree() {
        #expect(steps([.found("old"), .found("new"), .found("new"), .found("new")]) == ["-", "-", "take new", "-"])
    }

    /// A file that is being written, or a user name that was changed a moment before its password.
    @Test func whatIsHalfwayIsNotTaken() {
        #expect(steps([.found("n"), .found("ne"), .found("new"), .found("new")]) == ["-", "-", "-", "take new"])
        #expect(steps([.found("new"), .found("old"), .found("new"), .found("new")]) == ["-", "-", "-", "take new"])
        #expect(steps([.found("new"), .wrong("cut"), .found("new"), .found("new")]) == ["-", "-", "-", "take new"])
    }

    @Test func whatStaysWrongIsSaidOnceAndTheOldOneStays() {
        #expect(steps([.wrong("cut"), .wrong("cut"), .wrong("cut"), .found("old")]) == ["-", "say cut", "-", "-"])
        #expect(steps([.wrong("cut"), .found("old"), .wrong("cut")]) == ["-", "-", "-"], "between two steps of whoever writes it")
        #expect(steps([.wrong("a"), .wrong("a"), .wrong("b"), .wrong("b")]) == ["-", "say a", "-", "say b"])
        let again = steps([.wrong("cut"), .wrong("cut"), .found("old"), .wrong("cut"), .wrong("cut")])
        #expect(again == ["-", "say cut", "-", "-", "say cut"], "it was right between")
    }
}
