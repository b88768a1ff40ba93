import Messages

/// The first line of a log at which it is not what its owner has signed.
package struct LogDamage: Error, Sendable, Equatable {
    package var line: Int
    package var reason: Reason

    package init(line: Int, reason: Reason) {
        self.line = line
        self.reason = reason
    }

    package enum Reason: Error, Sendable, Equatable, Codable {
        /// No entry, and what is wrong with it.
        case unreadable(what: String)
        /// Signed for another study.
        case ofAnotherStudy(charter: String)
        /// Signed by, or for, another member.
        case ofAnotherMember(author: String)
        /// Edited, or signed with another key.
        case notSigned
        /// A line before it is gone, or it is there twice.
        case outOfOrder(sequence: Int)
        /// A line before it is another one.
        case doesNotFollow
        /// Bytes without the end of a line.
        case cutShort
        /// Entries that another member has seen are gone.
        case cutOff(seen: Int)
        /// Another entry than the one that another member has seen.
        case writtenAnew
    }
}

extension LogDamage {
    /// In words, after "line 3: ".
    package var text: String {
        switch reason {
        case .unreadable(let what): what
        case .ofAnotherStudy(let charter): "an entry of another study (its charter has the digest \(charter)…)"
        case .ofAnotherMember(let author): "an entry of the log of \(author.quoted)"
        case .notSigned:
            "its signature does not hold: it was edited, or signed with another key than that of the charter"
        case .outOfOrder(let sequence): "entry \(sequence) stands here: a line was taken out, put in or moved"
        case .doesNotFollow: "it does not follow from the line before"
        case .cutShort: "it is cut short"
        case .cutOff(let seen):
            "the log was longer: \(seen == 1 ? "entry 1 was" : "entries up to \(seen) were") seen, and the end is gone, or is not here yet"
        case .writtenAnew: "another entry was seen here: its owner has written the log anew"
        }
    }
}
