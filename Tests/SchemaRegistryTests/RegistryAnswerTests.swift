import Testing

@testable import SchemaRegistry

struct RegistryAnswerTests {
    private func answer(_ status: Int, _ body: String) -> Result<UInt32, SchemaRegistryError> {
        Result { () throws(SchemaRegistryError) in try RegistryAnswer(status: status, body: Array(body.utf8)).id(of: "sms.status-value") }
    }

    @Test func anIDIsTaken() {
        #expect(answer(200, #"{"id":100001}"#) == .success(100_001))
        #expect(answer(200, #"{"subject":"sms.status-value","id":1,"version":3,"schema":"{}"}"#) == .success(1))
    }

    @Test(arguments: ["", "{}", "<html>", #"{"id":"7"}"#, #"{"id":-1}"#, #"{"id":4294967296}"#, #"{"id":1.5}"#, "[1]"])
    func whatIsNoneIsSaid(body: String) {
        #expect(answer(200, body) == .failure(.unfit("what answers is no schema registry: HTTP 200 without an id")))
    }

    @Test func eachRefusalIsOfItsKind() {
        #expect(answer(401, "") == .failure(.refused("it refuses user, password or rights (HTTP 401)")))
        #expect(
            answer(404, #"{"error_code":40403,"message":"Schema not found"}"#)
                == .failure(.unfit("it does not know the schema of the subject sms.status-value (HTTP 404, 40403: Schema not found)")))
        #expect(
            answer(409, "{}")
                == .failure(.unfit("the subject sms.status-value has a schema that this one is not compatible with (HTTP 409)")))
        for status in [408, 429, 500, 503] {
            guard case .failure(.unreachable) = answer(status, "") else {
                Issue.record("\(status)")
                continue
            }
        }
        guard case .failure(.unfit(let sentence)) = answer(422, #"{"error_code":42201,"message":"bad\nthing"}"#) else {
            Issue.record("taken")
            return
        }
        #expect(sentence.hasSuffix("(HTTP 422, 42201: bad thing)"))
        guard case .failure(.unfit(let long)) = answer(422, "{\"error_code\":1,\"message\":\"\(String(repeating: "x", count: 5_000))\"}")
        else {
            Issue.record("taken")
            return
        }
        #expect(long.utf8.count < 400)
    }

    @Test func theQuestionIsTheRESTInterfaces() {
        let question = RegistryQuestion(schema: #"{"a":"b"}"#, subject: "shop/ü-value", registers: true)
        #expect(question.path == "/subjects/shop%2F%C3%BC-value/versions")
        #expect(question.body == #"{"schemaType":"JSON","schema":"{\"a\":\"b\"}"}"#)
        #expect(RegistryQuestion(schema: "{}", subject: "s", registers: false).path == "/subjects/s")
    }
}
