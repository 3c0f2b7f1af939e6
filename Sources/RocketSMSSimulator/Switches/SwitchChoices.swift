/// A switch's value out of a few words; the raw value is the word.
package protocol SwitchChoice: RawRepresentable<String>, CaseIterable, Sendable {}

package enum AnyOrStrict: String, SwitchChoice { case any, strict }
package enum AcceptOrRefuse: String, SwitchChoice { case accept, refuse }
package enum BodyOrQuery: String, SwitchChoice { case body, query }
package enum ReadOrIgnore: String, SwitchChoice { case read, ignore }
package enum StrictOrLenient: String, SwitchChoice { case strict, lenient }
package enum AnyOrMobile: String, SwitchChoice { case any, mobile }
package enum ErrorOrAccept: String, SwitchChoice { case error, accept }
package enum LengthOrFormat: String, SwitchChoice { case length, format }
package enum PhoneFormat: String, SwitchChoice { case strict, plus, lenient }
package enum PartsRule: String, SwitchChoice { case standard, by67 }
package enum CostForm: String, SwitchChoice { case object, number, absent }
package enum TotalOrPart: String, SwitchChoice { case total, part }
package enum LiteralOrError: String, SwitchChoice { case literal, error }
package enum FallbackOrError: String, SwitchChoice { case fallback, error }
package enum NumberOrString: String, SwitchChoice { case number, string }
package enum PendingOrApproved: String, SwitchChoice { case pending, approved }
package enum ItemOrWhole: String, SwitchChoice { case item, whole }
package enum RequestOrReverse: String, SwitchChoice { case request, reverse }
package enum FirstOrLast: String, SwitchChoice { case first, last }
package enum EmptyList: String, SwitchChoice { case array, object, null }
package enum ChargeTime: String, SwitchChoice { case accept, sent, delivered }
package enum CheckOrder: String, SwitchChoice {
    /// Is there a phone, is there a text, is the phone a number.
    case presence
    /// All about the phone, then the text.
    case phone
    /// The text, then all about the phone.
    case text
}
package enum RealOrManual: String, SwitchChoice { case real, manual }
package enum SendAnswer: String, SwitchChoice {
    /// By the clock: SENT, or QUEUED where it waits for its time or its turn.
    case current
    case queued = "QUEUED"
    case sent = "SENT"
}
