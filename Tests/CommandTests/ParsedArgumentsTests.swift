import SMSWorker
import Testing

@testable import Requests
@testable import SMSPipeline
@testable import rocketsms_worker

@Suite struct ParsedArgumentsTests {
    private let table = CommandConfiguration(
        name: "cook", abstract: "Cook.", example: "cook DISH", arguments: [CommandArgument("DISH", "What.")],
        options: [.flag("--hot", "Hot."), .value("--salt", "GRAMS", "Salt."), .values("--with", "THING", "More.")])

    private func parse(_ words: String...) throws -> ParsedArguments { try ParsedArguments(words, for: table) }

    private func sentence(_ words: String...) -> String? {
        do {
            _ = try ParsedArguments(words, for: table)
            return nil
        } catch let error as UsageError {
            return error.sentence
        } catch {
            return "\(type(of: error)): \(error)"
        }
    }

    @Test func takesFlagsValuesAndWords() throws {
        let parsed = try parse("--salt", "3", "soup", "--hot", "--with=a=b", "--with", "-", "--kafka-group-id", "g", "--config=x.json")
        #expect(parsed.positional == ["soup"])
        #expect(parsed.has("--hot"))
        #expect(parsed["--salt"] == "3")
        #expect(try parsed.integer("--salt", in: 1...5) == 3)
        #expect(parsed.all("--with") == ["a=b", "-"])
        #expect(parsed.configuration.file == "x.json")
        #expect(parsed.configuration.values[.kafkaGroupID] == "g")
        #expect(parsed["--never"] == nil)
    }

    @Test func afterTwoHyphensAllAreWords() throws {
        #expect(try parse("--", "--hot").positional == ["--hot"])
        #expect(try !parse("--", "--hot").has("--hot"))
        #expect(try parse("--salt=--hot", "--", "--").positional == ["--"])
    }

    @Test(arguments: [
        (["--salt"], "--salt needs a value"),
        (["soup", "--salt", "--hot"], "--salt needs a value"),
        (["soup", "--salt", "1", "--salt=2"], "--salt is given twice"),
        (["soup", "--hot=yes"], "--hot takes no value"),
        ([], "DISH is missing"),
        (["soup", "bread"], "A word is too many"),
        (["soup", "--slat", "1"], "--slat is not a flag. Did you mean --salt?"),
        (["soup", "-x"], "-x is not a flag"),
    ])
    func saysWhatIsWrong(_ words: [String], _ part: String) {
        #expect {
            _ = try ParsedArguments(words, for: table)
        } throws: {
            ($0 as? UsageError)?.sentence.contains(part) == true
        }
    }

    @Test func aMistypedKeyIsAMatterOfConfiguration() {
        #expect(throws: ConfigurationError.self) { try parse("soup", "--kafka-grup-id", "g") }
        #expect(throws: ConfigurationError.self) { try parse("soup", "--send-nothing", "g") }
        #expect(throws: ConfigurationError.self) { try ParsedArguments(["--loud"], for: RunCommand.configuration) }
    }

    @Test func numbersHaveARange() throws {
        let parsed = try parse("soup", "--salt", "99")
        #expect(throws: UsageError("--salt: \"99\" is not a whole number from 1 to 5.")) { try parsed.integer("--salt", in: 1...5) }
        #expect(throws: UsageError("--with is missing.")) { try parsed.required("--with") }
    }

    /// It may be a piece of a text, or a phone.
    @Test func aWordTooManyIsNotRepeated() {
        #expect(sentence("soup", "375291234567", "code")?.contains("2 words are too many") == true)
    }

    @Test func anExcerptStaysOnOneLine() {
        #expect(UsageError.excerpt("a\nb\u{1B}[2J") == "a?b?[2J")
    }
}
