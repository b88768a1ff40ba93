import Estimation

/// For whom a file is.
public enum ReleaseStatus: String, Sendable, Codable, CaseIterable {
    /// For others: what is in it keeps the rules of statistical disclosure control.
    case release
    /// For whoever has the rows, to look at: no rule holds, and no coordinator takes it.
    case draft
    /// Made where all rows are in one owner's hands; what is made of it stays there.
    case oneOwner

    /// Of what is made of several files: not for others as soon as one of them is not.
    static func merged(_ all: [ReleaseStatus]) -> ReleaseStatus {
        all.contains(.draft) ? .draft : all.contains(.oneOwner) ? .oneOwner : .release
    }

    /// What a global model keeps; nil where it is not for others.
    ///
    /// - Parameter leastSites: nil for the usual number.
    package func siteRule(leastSites: Int?) -> SiteRule? {
        self == .release ? SiteRule(leastSites: leastSites) : nil
    }
}
