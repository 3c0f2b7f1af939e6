package import Requests
package import Time

/// What the pipeline has to tell whoever runs it, for figures and log: nothing is decided by it. No case carries a phone or a text.
package enum Note {
    // MARK: Reading
    /// A record was read from a request topic.
    case consumed
    /// The log itself has no record at some offsets.
    case gap
    /// The client jumped ahead, and was sent back.
    case seekBack
    case admitted
    /// A request whose id is known.
    case repeated
    /// It came with other content than the first.
    case repeatDiffers(id: [UInt8], PartitionKey, fields: [String])
    case deadLettered(DeadLetterCode, PartitionKey, offset: Int64)
    case commandApplied
    /// - Parameter id: of the request that it names.
    case commandDropped(Command.Action, id: [UInt8], PartitionKey, reason: String)
    /// As many of a partition wait as may.
    case readingStopped(PartitionKey, waiting: Int)
    case readingGoesOn(PartitionKey, waiting: Int)

    // MARK: The provider
    /// - Parameter isRetry: an earlier attempt was not sent, or may have been.
    case attemptBegan(isRetry: Bool)
    /// The provider's answer, or none, so long after its slot was taken; what it means may still wait for the balance.
    case sendAnswered(AttemptOutcome, after: Duration)
    case attemptEnded(AttemptOutcome)
    case pollBegan
    case pollAnswered(PollOutcome, after: Duration)
    case event(EntryEvent)
    /// The first status event of a request, so long after its record's timestamp or its `sendAt`.
    case firstEvent(after: Duration)
    /// The last event of a message that the provider took, so long after acceptance or a later `sendAt`.
    case finalStatus(MessageStatus, after: Duration)
    case held(id: [UInt8], PartitionKey)
    case providerFails(for: Duration, lastFailure: String)
    case providerAnswers
    /// Message after message was refused by this code: from here on they are tried one by one.
    case refusalsNarrow(code: String)
    /// One was accepted.
    case refusalsEnded
    case accountPaused(AccountProblem, code: String)
    /// A request names a sender that is not checked and registered; it is sent all the same.
    case senderNotUsable(id: [UInt8], PartitionKey)
    /// The account's senders could not be asked for.
    case sendersUnknown(reason: String)
    /// A request names a template that the account does not have; it is sent all the same.
    case templateMissing(id: [UInt8], PartitionKey)
    /// Requests name templates, and these could not be asked for.
    case templatesUnknown(reason: String)
    case accountResumed(after: Duration)
    /// Whether parts can be submitted has changed.
    case door(DoorState)
    /// A part that was told as unknown was taken after all.
    case lateAnswer
    /// A receipt was read from the log.
    case receipt(ReceiptBook.Verdict)
    case receiptsTrouble(BrokerError)
    /// Their log was made anew, or cut: so many are gone.
    case receiptsLost(Int64)
    /// So many were read for partitions that open; so many of theirs had been taken by retention.
    case receiptsFound(Int, lost: Int64)

    // MARK: Transactions
    /// - Parameter after: so many aborted ones in a row.
    case committed(records: Int, in: Duration, after: Int)
    case aborted(BrokerError, failures: Int)
    /// So many were aborted in a row that the producers are made anew.
    case producersRebuilt
    case producerRenewed(in: Duration)
    case membershipRefused(BrokerError)
    case tombstones(Int)

    // MARK: Partitions
    case assigned([PartitionKey])
    case revoked([PartitionKey], isLost: Bool)
    case restored(records: Int, in: Duration)
    case restoreFailed(PartitionKey, RestoreError)
    case opened(PartitionKey, offset: Int64, open: Int, closed: Int)
    case staysClosed(PartitionKey, reason: String)
    /// Retention has passed the reader by.
    case offsetLost(PartitionKey, BrokerError)
    case partitionCount(Int)

    /// Of a request whose trace is recorded.
    case span(TraceSpan)

    // MARK: The run
    /// This process stood still for so long that all leases are void.
    case stoodStill(Duration)
    case draining
    case startingOver(reason: String)
    case lostWhileDraining
    case sessionNotOpened(BrokerError)
    /// An opening did not return, and was left behind.
    case openingHangs
    case consumerTrouble(BrokerError)
    case health(HealthReport)
}

/// Hears the pipeline's notes, one by one, as they come.
package protocol PipelineObserver: AnyObject {
    /// - Parameter now: the pipeline's time.
    func observe(_ note: Note, at now: MonotonicInstant)
}
