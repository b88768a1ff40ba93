import Estimation
import Testing

@Suite struct FitWarningLinesTests {
    @Test func columnsOfWhichTheSameIsSaidShareALine() {
        let warnings: [FitWarning] = [
            .constantCovariate(covariate: "hour=1"), .notConverged(iterations: 3),
            .constantCovariate(covariate: "distance"),
            .constantCovariate(covariate: "hour=23"), .rareCovariate(covariate: "hour=2", minimum: 10),
            .statisticsLeftOut(column: "a=1", experts: [1], minimum: 10),
            .statisticsLeftOut(column: "a=2", experts: [1], minimum: 10),
            .statisticsLeftOut(column: "b", experts: [0, 2], minimum: 10),
        ]
        #expect(
            warnings.lines.map(\.description) == [
                "'hour' (1, 23), 'distance' are constant here: their coefficients are 0", warnings[1].description,
                warnings[4].description,
                "'a' (1, 2) differ from their usual values in fewer than 10 rows of expert 2: left out there",
                warnings[7].description,
            ])
    }

    @Test func singleWarningsStayAsTheyAre() {
        let warnings: [FitWarning] = [
            .constantCovariate(covariate: "x"), .collinearCovariate(covariate: "y"),
            .fewerExperts(asked: 3, fitted: 2, rows: 9),
        ]
        #expect(warnings.lines.map(\.description) == warnings.map(\.description))
    }
}
