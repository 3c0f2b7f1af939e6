import PipelineSupport
import Testing

@testable import Requests

@Suite struct CommandTests {
    @Test func theCommandsOfTheContract() {
        func command(_ json: String) -> Command? { DecodedRecord(json).command }
        let id = Array("ord-7")
        #expect(command(#"{"command":"cancel","id":"ord-7"}"#) == Command(id: id, action: .cancel))
        #expect(
            command(#"{"command":"resolve","id":"ord-7","as":"sent","messageId":"8767"}"#)
                == Command(id: id, action: .resolve(.sent(messageIDs: ["8767"]))))
        #expect(command(#"{"command":"forget","id":"ord-7"}"#) == Command(id: id, action: .forget))
        #expect(command(#"{"command":"resolve","id":"ord-7","as":"sent"}"#) == Command(id: id, action: .resolve(.sent(messageIDs: []))))
        #expect(
            command(#"{"command":"resolve","id":"ord-7","as":"sent","messageIds":["a","3=b"]}"#)
                == Command(id: id, action: .resolve(.sent(messageIDs: ["a", "3=b"]))))
        #expect(
            command(#"{"command":"resolve","id":"ord-7","as":"resend","messageIds":null}"#) == Command(id: id, action: .resolve(.resend)))
        #expect(command(#"{"command":"resolve","id":"ord-7","as":"resend"}"#) == Command(id: id, action: .resolve(.resend)))
        #expect(command(#"{"command":"resolve","id":"ord-7","as":"failed","more":1}"#) == Command(id: id, action: .resolve(.failed)))
    }

    @Test(arguments: [
        #"{"command":"cancel"}"#, #"{"command":"cancel","id":""}"#, #"{"command":"cancel","id":7}"#, #"{"command":"Cancel","id":"a"}"#,
        #"{"command":"forget"}"#, #"{"command":"Forget","id":"a"}"#,
        #"{"command":true,"id":"a"}"#, #"{"command":{},"id":"a"}"#, #"{"command":"resolve","id":"a"}"#,
        #"{"command":"resolve","id":"a","as":"lost"}"#, #"{"command":"resolve","id":"a","as":7}"#,
        #"{"command":"resolve","id":"a","as":"sent","messageId":8767}"#, #"{"command":"resolve","id":"a","as":"sent","messageId":""}"#,
        #"{"command":"resolve","id":"a","as":"sent","messageId":"87 67"}"#,
        #"{"command":"resolve","id":"a","as":"failed","messageId":"8767"}"#,
        #"{"command":"resolve","id":"a","as":"sent","messageIds":[]}"#, #"{"command":"resolve","id":"a","as":"sent","messageIds":"8"}"#,
        #"{"command":"resolve","id":"a","as":"sent","messageIds":["a",7]}"#, #"{"command":"resolve","id":"a","as":"sent","messageIds":{}}"#,
        #"{"command":"resolve","id":"a","as":"sent","messageId":"a","messageIds":["b"]}"#,
        #"{"command":"resolve","id":"a","as":"resend","messageIds":["b"]}"#,
        #"{"command":"","phone":"37529689","text":"a"}"#,
    ])
    func everythingElseIsABadCommand(_ json: String) {
        #expect(DecodedRecord(json).code == "BAD_COMMAND")
    }

    @Test func theEventsIDIsNotTheRequests() {
        #expect(DecodedRecord(#"{"command":"cancel"}"#, headers: [("ce_id", "e-1")]).code == "BAD_COMMAND")
        #expect(DecodedRecord(#"{"command":"cancel"}"#, headers: [("ce_id", "e-1")]).deadLetter?.requestID == nil)
        #expect(DecodedRecord(#"{"command":"cancel","id":"a"}"#, headers: [("ce_id", "e-1")]).command?.id.text == "a")
    }
}
