internal import Requests
internal import SMSPipeline

/// What the topics say of one record of a request topic, once everything else has been read.
extension Audit {
    mutating func judgeBad(_ course: RequestCourse, _ position: RecordPosition, _ timestamp: Int64, _ id: String?) {
        judge(RequestVerdict(bad: course), position, timestamp, id)
    }

    mutating func judge(
        _ request: SendRequest, _ course: RequestCourse, _ position: RecordPosition, _ timestamp: Int64, _ id: String?
    ) {
        let hash = RequestHash(id: request.echo.id)
        let isFirst = current?.ids.insert(hash).inserted ?? true
        let look = current?.ledger.look(hash)
        let memory = RequestVerdict.Memory(
            own: look.flatMap { $0.offset == position.offset ? $0 : nil }, isUnreadable: current?.ledger.isUnreadable(hash) == true,
            isRepeat: !isFirst || look.map({ $0.offset < position.offset }) == true)
        judge(RequestVerdict(request, course, memory, seesAll: timestamp >= horizon), position, timestamp, id)
    }

    private mutating func judge(_ verdict: RequestVerdict, _ position: RecordPosition, _ timestamp: Int64, _ id: String?) {
        for complaint in verdict.complaints { find(complaint.guarantee, position, id: id, complaint.what) }
        switch verdict.end {
        case .ended: counts.ended += 1
        case .deadLetter: counts.deadLetters += 1
        case .open: counts.open += 1
        case .repeats: counts.repeats += 1
        case .missing(let mayRepeat, let what): judgeMissing(position, timestamp, id, mayRepeat: mayRepeat, what)
        }
    }

    private mutating func judgeMissing(
        _ position: RecordPosition, _ timestamp: Int64, _ id: String?, mayRepeat: Bool, _ what: String
    ) {
        if position.offset >= current?.consumed ?? 0 {
            counts.unread += 1
        } else if timestamp < horizon || mayRepeat && current?.repeatHorizon.map({ timestamp < $0 }) == true {
            counts.tooOld += 1
        } else {
            counts.lost += 1
            find(.nothingLost, position, id: id, what)
        }
    }
}
