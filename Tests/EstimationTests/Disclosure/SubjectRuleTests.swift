import Estimation
import Testing

/// Rows that stand for subjects.
@Suite struct SubjectRuleTests {
    /// Never fewer than a subject has, and at most half as many again.
    @Test func noFewerRowsThanASubjectHas() {
        for most in 1...2000 {
            let rows = SubjectRule.rowsOfASubject(most: most)
            #expect(rows >= most && 2 * rows <= 3 * most)
        }
        #expect([1, 2, 3, 5, 14].map(SubjectRule.rowsOfASubject) == [1, 2, 3, 6, 16])
    }
}
