/// Whether a column only names the sites, or their files: one value in each, and no other has it.
///
/// Such a column is no covariate by itself.
package struct SiteNaming<Value: Hashable> {
    private var seen: Set<Value> = []
    /// Of the site at hand.
    private var value: Value?
    /// Until a site has two values, or one that another has.
    package private(set) var isPossible = true

    package init() {}

    /// What is added from here is of another site.
    package mutating func beginSite() { value = nil }

    package mutating func add(_ next: Value) {
        guard isPossible else { return }
        if let value {
            isPossible = value == next
        } else {
            value = next
            isPossible = seen.insert(next).inserted
        }
    }

    /// A single site needs no name.
    package var holds: Bool { isPossible && seen.count > 1 }
}
