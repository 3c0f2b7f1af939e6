internal import JSON
internal import Requests
internal import SMSPipeline

/// One request of the demonstration: what is published, and what it is there to show.
struct DemoStory: Sendable {
    let id: String
    let shows: String
    let phone: String?
    var text: String? = "Your order is ready"
    var onUnknown: String?
    var isPriority = false
    /// Published a second time under the same id.
    var isRepeated = false

    /// In the order in which they are published. The simulator's faults go by the last digits of the phone.
    static let all: [DemoStory] = [
        DemoStory(id: "plain", shows: "a message that arrives", phone: "375291110001"),
        DemoStory(id: "code", shows: "a one-time code, priority lane", phone: "375291110002", text: "Код 1234", isPriority: true),
        DemoStory(id: "twice", shows: "published twice under one id: one SMS", phone: "375291110003", isRepeated: true),
        DemoStory(id: "lost-resend", shows: "its reply is lost; policy resend: may arrive twice, and says so", phone: "375291110004"),
        DemoStory(id: "lost-fail", shows: "its reply is lost; policy fail: never a second SMS", phone: "375291110005", onUnknown: "fail"),
        DemoStory(id: "refused", shows: "the provider refuses its number", phone: "37529111"),
        DemoStory(id: "undelivered", shows: "the phone cannot be reached", phone: "375291110007"),
        DemoStory(id: "no-phone", shows: "a bad record: it becomes a dead letter", phone: nil),
    ]

    /// The record's value.
    var value: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", id)
        if let phone { writer.member("phone", phone) }
        if let text { writer.member("text", text) }
        if let onUnknown { writer.member("onUnknown", onUnknown) }
        if isPriority { writer.member("priority", true) }
        writer.endObject()
        return writer.bytes
    }
}
