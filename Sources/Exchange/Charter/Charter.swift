import Foundation
import Messages
import ModelFiles
import StudyData

/// What everybody who takes part agrees on: the study, who they are, and by what rules.
package struct Charter: Sendable, Equatable {
    package static let currentVersion = 1

    /// What the study is called, for people.
    package var name: String
    /// Of the bytes of the study file.
    package var study: ContentDigest
    package var coordinator: MemberKey
    package var participants: [Participant]
    /// Sites that an aggregation needs at least.
    package var leastSites: Int
    /// Extra rounds that sites may be asked for.
    package var rounds: Int
    /// Effective rows behind every count and sum: a site keeps the larger of this and its own.
    package var minimumRows: Int?
    /// As the members understand it; nothing is decided by a clock.
    package var deadline: String?
    package var note: String?
    /// At random, so that no two charters are one, and nothing of one is of the other.
    package var nonce: String

    package struct Participant: Sendable, Equatable, Codable {
        package var name: String
        package var key: MemberKey

        package init(name: String, key: MemberKey) {
            self.name = name
            self.key = key
        }

        enum CodingKeys: String, CodingKey, CaseIterable { case name, key }

        package init(from decoder: any Decoder) throws {
            let fields = try KnownFields<CodingKeys>(decoder)
            name = try fields.value(.name)
            key = try fields.value(.key)
        }
    }

    package init(
        name: String, study: ContentDigest, coordinator: MemberKey, participants: [Participant], leastSites: Int = 1,
        rounds: Int = 0, minimumRows: Int? = nil, deadline: String? = nil, note: String? = nil
    ) {
        self.name = name
        self.study = study
        self.coordinator = coordinator
        self.participants = participants
        self.leastSites = leastSites
        self.rounds = rounds
        self.minimumRows = minimumRows
        self.deadline = deadline
        self.note = note
        var random = SystemRandomNumberGenerator()
        nonce = Hexadecimal.text((0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    /// The threshold of a site beside its own; nil where it keeps none.
    package func leastRows(_ own: Int?) -> Int? { own.map { max($0, minimumRows ?? 0) } }

    /// The name of whom a key belongs to; nil for a stranger's.
    package func member(_ key: MemberKey) -> String? {
        key == coordinator ? Member.coordinator : participants.first { $0.key == key }?.name
    }

    package func participant(_ name: String) -> Participant? { participants.first { $0.name == name } }
}

/// Names of those who take part, which are names of folders too.
package enum Member {
    /// In logs; no participant is called so.
    package static let coordinator = "coordinator"

    static let longestName = 64

    /// Why a participant cannot be called so; nil where it can.
    static func problem(_ name: String) -> String? {
        guard let first = name.utf8.first, isLetterOrDigit(first),
            name.utf8.allSatisfy({ isLetterOrDigit($0) || "-_.".utf8.contains($0) }), name.utf8.count <= longestName,
            name.utf8.last != UInt8(ascii: ".")
        else {
            return
                "\(name.quoted) is no name of a folder everywhere: letters and digits without accents, -, _ and ., at most \(longestName), a "
                + "letter or digit first and no . at the end"
        }
        return name.lowercased() == coordinator
            ? "\(name.quoted) is the coordinator; name the participant otherwise" : nil
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
