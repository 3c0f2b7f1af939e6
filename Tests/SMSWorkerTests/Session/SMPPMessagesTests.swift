import Requests
import SMPP
import SMSPipeline
import Testing
import Time

@testable import SMSWorker

@Suite("Messages as SMPP's parts") struct SMPPMessagesTests {
    private func messages(_ change: (inout SMPPSettings) -> Void = { _ in }) -> SMPPMessages {
        var settings = SMPPSettings(host: "smsc.example", port: 2775, isTLS: false, systemID: "shop", password: SecretText("secret"))
        change(&settings)
        return SMPPMessages(settings)
    }

    private func plan(_ text: String, offset: Int64 = 0, _ change: (inout SMPPSettings) -> Void = { _ in }) -> SubmissionPlan? {
        if case .parts(let plan) = messages(change).plan(GatewayFixture.message(text), offset: offset) { plan } else { nil }
    }

    private func part(
        _ text: String, _ number: Int = 0, sender: String? = "Shop", expiresAt: Int64? = nil, isPriority: Bool = false,
        _ change: (inout SMPPSettings) -> Void = { _ in }
    ) throws -> ShortMessage {
        let message = GatewayFixture.message(text, sender: sender)
        let plan = plan(text, offset: 0x7_1234, change)
        let submission = Submission(try #require(plan), from: 0)
        let part = messages(change).part(number, of: submission, message, expiresAt: expiresAt, isPriority: isPriority)
        return try #require(part)
    }

    @Test func aPlanSettlesWhatNeverChanges() throws {
        let short = try #require(plan("Hello [x]", offset: 0x7_FFFE))
        #expect(short.count == 1 && short.address == AddressHash("291234567").rawValue)
        #expect(short.account == ReceiptHashes.account(host: "SMSC.example", port: 2775, systemID: "shop"))
        #expect(short.format == .init(isUCS2: false, dataCoding: 0, concatenation: .udh, reference: 0xFFFE))
        #expect(plan("Hello") { $0.dataCoding = 3 }?.format.dataCoding == 3)
        let cyrillic = try #require(plan(String(repeating: "ы", count: 71)) { $0.dataCoding = 3 })
        #expect(cyrillic.count == 2 && cyrillic.format.isUCS2 && cyrillic.format.dataCoding == 8)
        #expect(plan(String(repeating: "a", count: 161))?.count == 2)
        #expect(plan(String(repeating: "a", count: 161)) { $0.concatenation = .payload }?.count == 1)
    }

    @Test func whatCannotGoIsSaidInHarmlessWords() {
        let template = messages().plan(GatewayFixture.message("TPL_1", isTemplate: true), offset: 0)
        #expect(template == .impossible("a template is the HTTP API's: SMPP has none"))
        let long = messages().plan(GatewayFixture.message(String(repeating: "a", count: 153 * 255 + 1)), offset: 0)
        #expect(long == .impossible("the text needs more than 255 parts"))
        #expect(plan(String(repeating: "a", count: 153 * 255))?.count == 255)
    }

    @Test func aPartIsWhatThePlanSays() throws {
        let text = String(repeating: "a", count: 160) + "b"
        let first = try part(text, 0)
        let second = try part(text, 1, expiresAt: 1_796_000_000_000, isPriority: true)
        #expect(second.octets == [5, 0, 3, 0x34, 2, 2] + Array("aaaaaaab".utf8))
        #expect(first.octets.prefix(6) == [5, 0, 3, 0x34, 2, 1] && first.octets.count == 159)
        #expect(first.esmClass == .userDataHeader && first.registeredDelivery == 1 && first.dataCoding == 0)
        #expect(first.validUntil.isEmpty && first.priority == 0 && second.priority == 1)
        #expect(second.validUntil == SMPPTime.absolute(.init(milliseconds: 1_796_000_000_000)))
        #expect(first.destination == Address(ton: 1, npi: 1, GatewayFixture.phone))
        let sar = try part(text, 1) { $0.concatenation = .sar }
        #expect(sar.esmClass == ESMClass() && sar.octets == Array("aaaaaaab".utf8))
        #expect(try part("ы").octets == [0x04, 0x4B])
        // Another message's submission.
        let submission = Submission(try #require(plan(text)), from: 0)
        #expect(messages().part(1, of: submission, GatewayFixture.message("short"), expiresAt: nil, isPriority: false) == nil)
    }

    @Test func addressesAreNamedByWhatTheyAre() throws {
        #expect(try part("a", sender: "Shop").source == Address(ton: 5, npi: 0, "Shop"))
        #expect(try part("a", sender: "375291112233").source == Address(ton: 1, npi: 1, "375291112233"))
        #expect(try part("a", sender: nil).source == Address())
        let own = try part("a") {
            $0.source = .init(ton: 3, npi: 9)
            $0.destination = .init(ton: 0, npi: 1)
        }
        #expect(own.source == Address(ton: 3, npi: 9, "Shop") && own.destination.ton == 0)
    }
}
