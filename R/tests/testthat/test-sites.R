# One shot over sites.

test_that("sites send files, and the coordinator makes of them what dmoe() does", {
  data <- clinics()
  agreed <- study(stay ~ dose + ward | age, data, experts = 2)
  sites <- split(data, data$clinic)
  local <- lapply(sites, function(rows) quietly(fit_local(agreed, rows, aggregated = TRUE, as_sites = FALSE)))
  global <- quietly(aggregate_models(local))
  pooled <- quietly(dmoe(agreed, data, experts = NULL, site = ~ clinic))
  expect_identical(global$text, pooled$text)
  path <- tempfile()
  write_model(local$north, path)
  local$north <- read_model(path)
  expect_identical(quietly(aggregate_models(local))$text, global$text)
  expect_identical(names(global$local_models), c("east", "north", "west"))
  expect_identical(predict(pooled, data[1:4, ], site = "west"), predict(local$west, data[1:4, ]))
  expect_error(predict(pooled, data, site = "south"), "there is no local model of 'south'")
})

test_that("a site that cannot be fitted is left out, with a warning; where none can, that is an error", {
  data <- clinics(400)
  data$clinic[1:3] <- "south"
  warnings <- list()
  model <- withCallingHandlers(dmoe(stay ~ dose, data, experts = 1, site = ~ clinic), dmoe_warning = function(warning) {
    warnings[[length(warnings) + 1]] <<- warning
    invokeRestart("muffleWarning")
  })
  expect_true("dmoe_warning_leftOut" %in% unlist(lapply(warnings, class)))
  expect_identical(names(model$left_out), "south")
  expect_error(quietly(dmoe(stay ~ dose, data[1:3, ], experts = 1, site = ~ clinic)), "no site could be fitted", class = "dmoe_data_error")
})

test_that("an extra round brings the model nearer to the pooled fit", {
  data <- clinics(1500)
  pooled <- quietly(dmoe(stay ~ dose | age, data, experts = 2))
  model <- quietly(dmoe(stay ~ dose | age, data, experts = 2, site = ~ clinic))
  updated <- quietly(update_model(model, lapply(split(data, data$clinic), function(rows) site_statistics(model, rows))))
  score <- function(model) sum(predict(model, data, type = "density"))
  expect_gt(score(updated), score(model) - 1e-6)
  expect_lt(score(pooled) - score(updated), 0.01)
  expect_error(update_model(model, "nothing"), class = "dmoe_data_error")
})

test_that("what is no list of models is refused", {
  model <- quietly(fit_local(stay ~ dose, clinics(), experts = 1))
  expect_error(aggregate_models(model), class = "dmoe_usage_error")
  expect_error(aggregate_models(list(a = model, b = "text")), "b: a model is needed", class = "dmoe_usage_error")
})
