# One expert is a regression that R has: lm and glm.

expect_regression <- function(model, reference, errors = 1) {
  expect_identical(sub("^expert1:", "", names(coef(model))), names(coef(reference)))
  expect_lt(gap(coef(model), coef(reference)), 1e-6)
  ratio <- sqrt(diag(vcov(model))) / sqrt(diag(vcov(reference))) / errors
  expect_lt(max(abs(ratio - 1)), 1e-5)
  expect_lt(gap(logLik(model), logLik(reference)), 1e-6 * nobs(model))
  expect_equal(attr(logLik(model), "df"), attr(logLik(reference), "df"))
  expect_equal(BIC(model), BIC(reference), tolerance = 1e-8)
  expect_lt(gap(fitted(model), fitted(reference)), 1e-6)
}

test_that("Gaussian is lm, errors of n - p degrees of freedom included", {
  data <- clinics()
  formula <- stay ~ age * dose + ward + log(years) + poly(age, 3)[, 2:3] + smoker
  reference <- lm(formula, data)
  model <- quietly(dmoe(formula, data, experts = 1))
  expect_regression(model, reference, 1)
  expect_lt(gap(residuals(model), residuals(reference)), 1e-6)
  expect_lt(gap(sigma(model), sigma(reference) * sqrt(reference$df.residual / nobs(reference))), 1e-6)
})

test_that("Gaussian rows with weights are lm's", {
  data <- clinics()
  reference <- lm(stay ~ age + dose, data, weights = years)
  model <- quietly(dmoe(stay ~ age + dose, data, experts = 1, weights = years))
  expect_lt(gap(coef(model), coef(reference)), 1e-6)
})

test_that("Poisson with an offset is glm", {
  data <- clinics()
  reference <- glm(visits ~ age + dose + ward + offset(log(years)), poisson, data)
  model <- quietly(dmoe(visits ~ age + dose + ward + offset(log(years)), data, experts = 1, family = poisson))
  expect_regression(model, reference)
  shifted <- quietly(dmoe(visits ~ age + dose + ward, data, experts = 1, family = "poisson", offset = 0.5 + log(years)))
  expect_lt(gap(coef(shifted)[-1], coef(reference)[-1]), 1e-6)
  expect_lt(gap(coef(shifted)[1] + 0.5, coef(reference)[1]), 1e-6)
})

test_that("two classes are the binomial of glm, the factor's first level the reference", {
  data <- clinics()
  reference <- glm(outcome ~ age + dose + smoker, binomial, data)
  model <- quietly(dmoe(outcome ~ age + dose + smoker, data, experts = 1, family = binomial()))
  expect_identical(sub("^expert1:well:", "", names(coef(model))), names(coef(reference)))
  expect_lt(gap(coef(model), coef(reference)), 1e-6)
  expect_lt(max(abs(sqrt(diag(vcov(model))) / sqrt(diag(vcov(reference))) - 1)), 1e-5)
  expect_lt(gap(logLik(model), logLik(reference)), 1e-5)
  expect_lt(gap(predict(model)[, "well"], fitted(reference)), 1e-6)
})

test_that("gamma has glm's coefficients; its dispersion is that of maximum likelihood", {
  data <- clinics()
  reference <- glm(cost ~ age + dose, Gamma("log"), data, control = list(epsilon = 1e-14))
  model <- quietly(dmoe(cost ~ age + dose, data, experts = 1, family = Gamma("log")))
  expect_lt(gap(coef(model), coef(reference)), 1e-6)
  shape <- MASS::gamma.shape(reference)
  expect_equal(unname(sigma(model)), 1 / shape$alpha, tolerance = 1e-4)
  # glm takes Pearson's dispersion and the expected information for its errors.
  design <- model.matrix(reference)
  information <- shape$alpha * crossprod(design * data$cost / fitted(reference), design)
  expect_lt(max(abs(sqrt(diag(vcov(model)) / diag(solve(information))) - 1)), 1e-4)
})

test_that("no covariates are the mean", {
  data <- clinics()
  model <- quietly(dmoe(stay ~ 1 | age, data, experts = 1))
  expect_equal(unname(coef(model)), mean(data$stay))
})
