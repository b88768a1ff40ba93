# What a site has released.

test_that("a ledger refuses an answer that differs from an earlier one by a few rows, as the command line does", {
  data <- clinics(400)
  ledger <- tempfile()
  fit <- function(rows, ...) quietly(fit_local(stay ~ dose | age, rows, experts = 2, ledger = ledger, ...))
  model <- fit(data[1:300, ])
  expect_identical(model$text, fit(data[1:300, ])$text)
  expect_error(fit(data[1:303, ]), "differ by fewer than 10", class = "dmoe_data_error")
  expect_match(fit(data[1:320, ])$text, "\"number\": 2", fixed = TRUE)
  held <- fit(data[1:323, ], hold_back_new = TRUE)
  expect_identical(coef(held, "experts"), coef(fit(data[1:320, ]), "experts"))
  expect_error(fit_local(stay ~ dose, data, experts = 1, ledger = ledger, draft = TRUE), "ledger has no effect", class = "dmoe_usage_error")
})

test_that("statistics of a round are answers of the ledger", {
  data <- clinics(900)
  ledgers <- lapply(split(data$clinic, data$clinic), function(rows) tempfile())
  sites <- split(data, data$clinic)
  local <- Map(function(rows, ledger) quietly(fit_local(stay ~ dose, rows, experts = 1, ledger = ledger)), sites, ledgers)
  global <- quietly(aggregate_models(local))
  statistics <- Map(function(rows, ledger) site_statistics(global, rows, ledger = ledger), sites, ledgers)
  expect_s3_class(quietly(update_model(global, statistics)), "dmoe")
  expect_error(site_statistics(global, sites[[1]][-(1:2), ], ledger = ledgers[[1]]), class = "dmoe_data_error")
})

test_that("threshold and ledger count subjects where a column names them", {
  data <- clinics(400)
  data$patient <- rep(1:100, 4)
  one <- quietly(fit_local(stay ~ dose, data, experts = 1, subject = ~ patient))
  expect_match(one$text, "\"unit\": \"subject\"", fixed = TRUE)
  expect_identical(one$text, quietly(fit_local(stay ~ dose, data, experts = 1, subject = "patient"))$text)
  data$patient <- rep(1:5, 80)
  expect_error(quietly(fit_local(stay ~ dose, data, experts = 1, subject = ~ patient)), class = "dmoe_data_error")
  expect_error(fit_local(stay ~ dose, data, experts = 1, subject = 1:3), "subject must be a column", class = "dmoe_usage_error")
  expect_error(fit_local(stay ~ dose, data, experts = 1, subject = ~ nobody), "nobody")
})
