# From formulas to columns.

plan_of <- function(formula, data = clinics()) dmoe:::plan_of_formula(formula, data, "gaussian", NULL, NULL, "drop")

test_that("derived columns are those of the model matrix", {
  data <- clinics()
  formula <- stay ~ log(years) + age:dose + ward:dose + poly(age, 2) + I(dose^2) + smoker:ward + factor(clinic)
  plan <- plan_of(formula, data)
  columns <- dmoe:::columns_for(plan, data)
  matrix <- model.matrix(formula, data)[, -1]
  expect_setequal(setdiff(names(columns), "stay"), colnames(matrix))
  for (name in colnames(matrix)) expect_equal(columns[[name]], unname(matrix[, name]), tolerance = 1e-12, info = name)
})

test_that("a recipe in a file computes the same columns of new rows", {
  data <- clinics()
  model <- quietly(dmoe(stay ~ log(years) + age:dose + poly(age, 2) + splines::ns(dose, 3) | scale(age), data, experts = 2))
  path <- tempfile()
  write_model(model, path)
  again <- read_model(path)
  expect_identical(predict(again, data[1:20, ]), predict(model, data[1:20, ]))
  expect_identical(deparse(formula(again)), deparse(formula(model)))
  # Poorer rows: the column as other doors have it.
  columns <- as.data.frame(dmoe:::columns_for(model$plan, data[1:20, ], FALSE), optional = TRUE)
  expect_identical(predict(again, columns), `names<-`(predict(model, data[1:20, ]), row.names(columns)))
})

test_that("a file cannot make R do anything but compute", {
  data <- clinics()
  agreed <- study(stay ~ log(years) + age, data)
  harmful <- c("system('touch /tmp/harm')", "(function() 1)()", "base::log(years)", "get('log')(years)", "years <- 1", "eval(years)")
  for (recipe in harmful) {
    text <- sub("R: log(years)\"", paste0("R: ", recipe, "\""), agreed$text, fixed = TRUE)
    expect_false(identical(text, agreed$text))
    expect_error(fit_local(dmoe:::new_study(text), data, experts = 1), class = "dmoe_data_error", info = recipe)
  }
})

test_that("the gate reads what stands behind the bar, else what the experts read", {
  expect_identical(plan_of(stay ~ age + dose)$gate, c("age", "dose"))
  expect_identical(plan_of(stay ~ dose | age + ward)$gate, c("age", "ward"))
  expect_identical(plan_of(stay ~ dose | age + ward)$experts, "dose")
  expect_identical(plan_of(stay ~ dose | 1)$gate, character())
  data <- clinics()[c("stay", "age", "dose")]
  expect_identical(plan_of(stay ~ ., data)$experts, c("age", "dose"))
})

test_that("what no formula may say is refused", {
  data <- clinics()
  expect_error(dmoe(~ age, data), class = "dmoe_usage_error")
  expect_error(dmoe(stay ~ age - 1, data), "leave out -1", class = "dmoe_usage_error")
  expect_error(dmoe(stay ~ age | offset(dose), data), class = "dmoe_usage_error")
  expect_error(dmoe(ward ~ age, data), "multinomial", class = "dmoe_data_error")
  expect_error(dmoe(stay ~ age, data, family = Gamma()), "log link", class = "dmoe_usage_error")
})

test_that("a transformed response, variables of the session and subsets are taken", {
  data <- clinics()
  twice <- 2 * data$dose
  model <- quietly(dmoe(log(cost) ~ age + twice, data, experts = 1, subset = age > 0))
  reference <- lm(log(cost) ~ age + twice, data, subset = age > 0)
  expect_lt(gap(coef(model), coef(reference)), 1e-6)
  expect_identical(names(fitted(model)), names(fitted(reference)))
})

test_that("requests are JSON with all digits of their numbers", {
  value <- list(a = 0.1 + 0.2, b = I("x\"\\\n\u00e9"), c = NULL, d = list(TRUE, 3), e = I(character()), f = c(1.5, NA)[1])
  expect_identical(jsonlite::parse_json(dmoe:::encoded(value)), list(a = 0.1 + 0.2, b = list("x\"\\\n\u00e9"), d = list(TRUE, 3L), e = list(), f = 1.5))
})
