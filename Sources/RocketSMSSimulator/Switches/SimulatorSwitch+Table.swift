extension SimulatorSwitch {
    /// Every switch, in the order in which help prints them.
    package static let table: [SimulatorSwitch] =
        requests + answers + credentials + sending + money + status + sendersAndTemplates + limits + messageCentre + timing
        + FaultKind.chanceKinds.map(fault)

    /// - Returns: nil where there is no such switch.
    package static func named(_ name: String) -> SimulatorSwitch? { table.first { $0.name == name } }

    private static let requests: [SimulatorSwitch] = [
        choice("methods", \.methods, .known, "any: every endpoint takes every method (clients use GET to send); strict: 405 for others"),
        choice("parameter-precedence", \.parameterPrecedence, .assumption, "which wins where query and body name the same parameter"),
        choice("body-on-get", \.bodyOnGet, .assumption, "whether a form body of a GET is read"),
        choice("json-body", \.jsonBody, .assumption, "whether a JSON body is read as parameters; ignored ones end in WRONG_AUTH"),
        number("unknown-path-status", \.unknownPathStatus, 200...599, .assumption, "HTTP status of the HTML answer to an unknown path"),
        flag("json-alias", \.jsonAlias, .known, "the older API at /json/send and /json/balance, which takes plain passwords"),
        flag("bulk", \.bulk, .known, "POST /simple/bulkSend, there since version 1.5.0 of the API"),
    ]

    private static let answers: [SimulatorSwitch] = [
        number("error-status", \.errorStatus, 200...599, .known, "HTTP status of {\"error\": …}; clients' experience says 200"),
        number("auth-error-status", \.authErrorStatus, 200...599, .assumption, "HTTP status of WRONG_AUTH, which may differ"),
        text("content-type", \.contentType, .assumption, "Content-Type of JSON answers"),
        choice("id-type", \.idType, .known, "how an id is written in JSON"),
        number(
            "id-start", \.idStart, 1...Int.max / 2, .assumption, "the first message id; from 9007199254740993 on no Double holds them all"),
        number("id-step", \.idStep, 1...1_000_000, .assumption, "between two message ids"),
    ]

    private static let credentials: [SimulatorSwitch] = [
        choice("md5-case", \.md5Case, .assumption, "any: the password's md5 in either case; strict: in lower case"),
        choice("plain-password", \.plainPassword, .assumption, "whether the password itself is taken in the place of its md5"),
        text("missing-credentials-code", \.missingCredentialsCode, .assumption, "error code of a request without username or password"),
        choice("credentials-check", \.credentialsCheck, .assumption, "last: a missing parameter is found before wrong credentials are"),
    ]

    private static let sending: [SimulatorSwitch] = [
        choice(
            "check-order", \.checkOrder, .assumption,
            "presence: is there a phone, a text, is the phone a number; phone: all about the phone, then the text; text: that first"),
        choice(
            "phone-format", \.phoneFormat, .assumption,
            "strict: digits only; plus: a leading + too, also as the space that it becomes unescaped; lenient: spaces, - ( ) are stripped as well"
        ),
        number("phone-minimum-digits", \.phoneMinimumDigits, 1...19, .assumption, "fewer: BAD_PHONE"),
        number("phone-maximum-digits", \.phoneMaximumDigits, 1...19, .assumption, "more: BAD_PHONE"),
        choice("belarus-numbers", \.belarusNumbers, .assumption, "mobile: numbers of 375 must have code 25, 29, 33 or 44, else BAD_PHONE"),
        choice("foreign-numbers", \.foreignNumbers, .assumption, "numbers that are not 375 and nine digits; refused: BAD_PHONE"),
        choice("unknown-template", \.unknownTemplate, .assumption, "a TPL_ID_… that the account has not: sent literally, or refused"),
        text("unknown-template-code", \.unknownTemplateCode, .assumption, "its error code (invented)"),
        choice("bad-timestamp", \.badTimestamp, .assumption, "a timestamp that is no number: refused, or accepted as now"),
        text("bad-timestamp-code", \.badTimestampCode, .assumption, "its error code (invented)"),
        choice("past-timestamp", \.pastTimestamp, .assumption, "a timestamp in the past: accepted as now, or refused as a bad one"),
        duration("timestamp-horizon", \.timestampHorizon, .assumption, "a timestamp further ahead is refused as a bad one; 0s: no limit"),
        choice("parts-rule", \.partsRule, .assumption, "standard: GSM 160/153 and UCS-2 70/67; by67: 67 characters a part"),
        number("maximum-parts", \.maximumParts, 1...1_000, .assumption, "a longer text is too long"),
        choice("too-long", \.tooLong, .assumption, "a text too long: refused, or accepted"),
        text("too-long-code", \.tooLongCode, .assumption, "its error code (invented)"),
        choice("unapproved-sender", \.unapprovedSender, .known, "fallback: sent from the main or the general name; error: refused"),
        text("unapproved-sender-code", \.unapprovedSenderCode, .assumption, "its error code (invented)"),
        duration("deduplication-window", \.deduplicationWindow, .assumption, "the same phone and text get the first id again; 0s: never"),
        choice("send-answer", \.sendAnswer, .assumption, "the status in the answer to a send; current: SENT, or QUEUED where it waits"),
        number("bulk-maximum", \.bulkMaximum, 1...100_000, .assumption, "phones of one bulkSend; more are refused"),
        text("bulk-maximum-code", \.bulkMaximumCode, .assumption, "its error code"),
        choice("bulk-order", \.bulkOrder, .assumption, "order of the items of a bulkSend's answer, by the phones of the request"),
        choice("bulk-bad-phone", \.bulkBadPhone, .assumption, "item: an error in its place; whole: BAD_PHONE, and nothing is sent"),
        flag("bulk-cost", \.bulkCost, .assumption, "whether the items of a bulkSend's answer have a cost"),
    ]

    private static let money: [SimulatorSwitch] = [
        choice("no-credits", \.noCredits, .assumption, "a send without enough credits: refused, or accepted with credits below zero"),
        text("no-credits-code", \.noCreditsCode, .assumption, "its error code (invented)"),
        number("price", \.price, 0...1_000_000, .assumption, "thousandths of a rouble a part"),
        choice("cost", \.cost, .known, "form of the cost in the answer to a send; number: the money alone"),
        choice("cost-money", \.costMoney, .assumption, "cost.money is that of the whole message, or of one part"),
        choice("charge-at", \.chargeAt, .assumption, "credits go when a message is accepted, leaves the queue (sent), or is delivered"),
        flag("refund-on-failed", \.refundOnFailed, .assumption, "credits of a failed message come back (when status or balance is asked)"),
        flag("balance-currency", \.balanceCurrency, .known, "a field currency in balance, which some clients look for"),
    ]

    private static let status: [SimulatorSwitch] = [
        text("bad-id-code", \.badIDCode, .assumption, "error code for an id that is missing or no number"),
        duration("retention", \.retention, .assumption, "an older message is WRONG_ID; 0s: kept as long as the record of sends goes"),
        text("failed-as", \.failedAs, .assumption, "the status of a failed message, as FAILED, EXPIRED, REJECTED, UNKNOWN"),
    ]

    private static let sendersAndTemplates: [SimulatorSwitch] = [
        choice("sender-check-first", \.senderCheckFirst, .assumption, "which error a name gets that is too long and badly formed"),
        text("sender-empty-code", \.senderEmptyCode, .assumption, "error code for senders/add without a name (invented)"),
        choice("sender-case", \.senderCase, .assumption, "strict: names that differ in case are different ones; any: they are the same"),
        choice("added-sender", \.addedSender, .assumption, "state of a name after senders/add"),
        text("general-sender", \.generalSender, .known, "the service's own name, for accounts whose main (first) name is not approved"),
        text("template-key", \.templateKey, .known, "key of a template's tag; the vendor's document also writes tplid"),
        choice("empty-templates", \.emptyTemplates, .assumption, "how templates answers when there are none: [], {} or null"),
    ]

    private static let limits: [SimulatorSwitch] = [
        number("rate-limit", \.rateLimit, 0...1_000_000, .assumption, "requests to the API in one second of the wall clock; 0: no limit"),
        text("rate-limit-code", \.rateLimitCode, .assumption, "error code beyond it; none: HTTP 429 with Retry-After", mayBeEmpty: true),
    ]

    private static let timing: [SimulatorSwitch] = [
        choice("clock", \.clock, .timing, "manual: the provider's time stands still but for POST /_simulator/clock"),
        duration("latency", \.latency, .timing, "from request to answer"),
        duration("latency-jitter", \.latencyJitter, .timing, "up to so much more"),
        duration("queue-delay", \.queueDelay, .timing, "QUEUED for so long, but for priority messages"),
        duration("delivery-delay", \.deliveryDelay, .timing, "from SENT to the final status"),
        duration("delivery-jitter", \.deliveryJitter, .timing, "up to so much more"),
        share("failed-share", \.failedShare, .timing, "share of messages that end as FAILED"),
        share("stuck-share", \.stuckShare, .timing, "share of messages that stay SENT for ever"),
        duration("slow-minimum", \.slowMinimum, .fault, "least delay of the fault slow"),
        duration("slow-maximum", \.slowMaximum, .fault, "greatest delay of the fault slow"),
        duration("hang-limit", \.hangLimit, .fault, "after so long a hanging request's connection is closed"),
        duration("date-ahead", \.dateAhead, .fault, "the Date of the API's answers is so far ahead of this machine's clock"),
        duration("retry-after", \.retryAfter, .fault, "Retry-After of 429 and 503, in whole seconds, at least 1"),
    ]
}
