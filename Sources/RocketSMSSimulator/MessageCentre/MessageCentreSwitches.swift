package import SMPP

/// What is assumed of the provider's message centre; `SimulatorSwitch.messageCentre` says what each means. All times go by the provider's
/// clock.
package struct MessageCentreSwitches: Sendable, Equatable {
    // Binds
    package var wrongPassword = CommandStatus.invalidPassword
    /// Zero: none.
    package var bindLimit = 0
    package var bindOver = RefuseOrCloseOlder.refuse
    package var bindOverStatus = CommandStatus.alreadyBound

    // Ids
    package var idForm = MessageIDForm.opaque
    package var idNodes = 1
    package var emptyIDShare = 0.0

    // Submissions
    /// Zero: none.
    package var window = 0
    package var overWindow = CommandStatus.throttled
    package var noCredits = CommandStatus(0x45)
    package var responseDelay = Duration.zero

    // Receipts
    package var receiptBind = ReceiptBind.random
    package var receiptOrder = AfterOrBefore.after
    package var receiptDelay = Duration.zero
    package var receiptTwiceShare = 0.0
    package var receiptConflictShare = 0.0
    package var receiptNeverShare = 0.0
    package var receiptTLV = ReceiptTLV.on
    package var receiptAddresses = SwappedOrKept.swapped
    package var receiptKeep = Duration.seconds(24 * 3_600)
    package var moShare = 0.0

    // Deliveries
    /// Zero: none.
    package var deliverWindow = 1
    package var deliverTimeout = Duration.seconds(30)
    package var deliverRetry = StatusList([.temporaryReceiverError, .queueFull])
    package var deliverRetryAfter = Duration.seconds(5)

    package init() {}
}

package enum RefuseOrCloseOlder: String, SwitchChoice {
    case refuse
    case closeOlder = "close-older"
}

package enum AfterOrBefore: String, SwitchChoice {
    case after
    case before = "before-response"
}

package enum SwappedOrKept: String, SwitchChoice { case swapped, kept }

package enum ReceiptBind: String, SwitchChoice {
    case random, first, last
    /// The one that submitted the message, while it is there.
    case sender
}

package enum ReceiptTLV: String, SwitchChoice {
    /// The id as the response had it.
    case on
    /// The id as the receipt's text has it.
    case text
    case off
}

/// Statuses as a switch has them: `0x64,0x14`.
package struct StatusList: Sendable, Equatable {
    package var statuses: Set<CommandStatus>

    package init(_ statuses: Set<CommandStatus>) { self.statuses = statuses }
}
