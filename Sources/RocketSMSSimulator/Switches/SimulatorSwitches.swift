internal import Time

/// The values of all switches: what is assumed of the provider where no source says, its timing, and the shares of faults.
/// `SimulatorSwitch.table` says what each means; the defaults are the ones here.
package struct SimulatorSwitches: Sendable, Equatable {
    // Requests
    package var methods = AnyOrStrict.any
    package var parameterPrecedence = BodyOrQuery.body
    package var bodyOnGet = ReadOrIgnore.read
    package var jsonBody = ReadOrIgnore.ignore
    package var unknownPathStatus = 404
    package var jsonAlias = false
    package var bulk = true

    // Answers
    package var errorStatus = 200
    package var authErrorStatus = 200
    package var contentType = "application/json"
    package var idType = NumberOrString.number
    /// Eight digits, as seen in use. From 9007199254740993 on a client that reads ids as Double is found out.
    package var idStart = 40_000_001
    package var idStep = 1

    // Credentials
    package var md5Case = AnyOrStrict.any
    package var plainPassword = AcceptOrRefuse.refuse
    package var missingCredentialsCode = "WRONG_AUTH"
    package var credentialsCheck = FirstOrLast.first

    // Sending
    package var checkOrder = CheckOrder.presence
    package var phoneFormat = PhoneFormat.plus
    package var phoneMinimumDigits = 8
    package var phoneMaximumDigits = 15
    package var belarusNumbers = AnyOrMobile.any
    package var foreignNumbers = AcceptOrRefuse.accept
    package var unknownTemplate = LiteralOrError.literal
    package var unknownTemplateCode = "BAD_TEMPLATE"
    package var badTimestamp = ErrorOrAccept.error
    package var badTimestampCode = "BAD_TIMESTAMP"
    package var pastTimestamp = ErrorOrAccept.accept
    /// Zero: none.
    package var timestampHorizon = Duration.zero
    package var partsRule = PartsRule.standard
    package var maximumParts = 10
    package var tooLong = ErrorOrAccept.error
    package var tooLongCode = "TOO_LONG"
    package var unapprovedSender = FallbackOrError.fallback
    package var unapprovedSenderCode = "BAD_SENDER"
    /// Zero: none.
    package var deduplicationWindow = Duration.zero
    package var sendAnswer = SendAnswer.current
    package var bulkMaximum = 1_000
    package var bulkMaximumCode = "BAD_PHONE"
    package var bulkOrder = RequestOrReverse.request
    package var bulkBadPhone = ItemOrWhole.item
    package var bulkCost = false

    // Money
    package var noCredits = ErrorOrAccept.error
    package var noCreditsCode = "NO_CREDITS"
    /// Thousandths of a rouble a part.
    package var price = 200
    package var cost = CostForm.object
    package var costMoney = TotalOrPart.total
    package var chargeAt = ChargeTime.accept
    package var refundOnFailed = false
    package var balanceCurrency = false

    // Status
    package var badIDCode = "WRONG_ID"
    /// Zero: for ever.
    package var retention = Duration.zero
    package var failedAs = "FAILED"

    // Senders and templates
    package var senderCheckFirst = LengthOrFormat.length
    package var senderEmptyCode = "SENDER_EMPTY"
    package var senderCase = AnyOrStrict.strict
    package var addedSender = PendingOrApproved.pending
    package var generalSender = "RSMS.BY"
    package var templateKey = "tpl_id"
    package var emptyTemplates = EmptyList.array

    // Limits
    /// Zero: none.
    package var rateLimit = 0
    /// Empty: HTTP 429.
    package var rateLimitCode = ""

    // SMPP
    package var messageCentre = MessageCentreSwitches()

    // Timing
    package var clock = RealOrManual.real
    package var latency = Duration.zero
    package var latencyJitter = Duration.zero
    package var queueDelay = Duration.zero
    package var deliveryDelay = Duration.seconds(1)
    package var deliveryJitter = Duration.seconds(2)
    package var failedShare = 0.0
    package var stuckShare = 0.0

    // Faults
    package var slowMinimum = Duration.milliseconds(200)
    package var slowMaximum = Duration.seconds(2)
    package var hangLimit = Duration.seconds(60)
    package var retryAfter = Duration.seconds(1)
    /// Of the clock that answers show, ahead of this machine's; zero: the server's own `Date`.
    package var dateAhead = Duration.zero
    /// Of all requests to the API; absent: 0.
    package var faultShares: [FaultKind: Double] = [:]

    package init() {}
}
