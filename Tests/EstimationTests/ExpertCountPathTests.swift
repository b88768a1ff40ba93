import Estimation
import LinearAlgebra
import MixtureOfExperts
import TestSupport
import Testing

@Suite struct ExpertCountPathTests {
    /// The errors come from the chosen fit alone, and are those that it has by itself.
    @Test(arguments: [StandardErrorMethod.observed, .none])
    func theChosenFitIsThatOfItsNumberAlone(method: StandardErrorMethod) throws {
        let (rows, design) = (RandomData.easyRows(600, seed: 4), RandomData.design(2))
        let options = FitOptions(expertCount: 1, starts: 3, standardErrors: method)
        var path = try ExpertCountPath(design: design, options: options, experts: 1...3).fit(rows)
        let counts = try #require(path.report.expertCounts)
        var alone = options
        alone.expertCount = counts.chosen
        let fit = try LocalFit(design: design, options: alone).fit(rows)
        #expect(counts.points.count == 3 && counts.chosen == 2)
        #expect((fit.fitted.errors != nil) == (method != .none))
        #expect(path.fitted == fit.fitted)
        path.report.expertCounts = nil
        #expect(path.report == fit.report)
    }
}
