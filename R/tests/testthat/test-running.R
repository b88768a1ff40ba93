# Conditions, progress and Ctrl-C.

test_that("errors are classed and speak R", {
  data <- clinics()
  expect_error(dmoe(stay ~ age, data, family = "binom"), class = "dmoe_usage_error")
  expect_error(dmoe(stay ~ age, data, experts = 2.5), "whole number", class = "dmoe_usage_error")
  expect_error(dmoe(stay ~ age, data, starts = 0), "starts", class = "dmoe_usage_error")
  expect_error(dmoe(stay ~ age, data, sedd = 1), "'sedd'", class = "dmoe_usage_error")
  expect_error(dmoe(stay ~ age, data, k = 2), "experts", class = "dmoe_usage_error")
  expect_error(dmoe(stay ~ height, data), "the columns are 'age'", class = "dmoe_data_error")
  expect_error(dmoe(cbind(visits, 3) ~ age, data, family = "poisson"), "2 columns", class = "dmoe_data_error")
  expect_error(read_model(tempfile()), class = "dmoe_input_error")
  path <- tempfile()
  writeLines("{}", path)
  expect_error(read_model(path), class = "dmoe_data_error")
  model <- quietly(fit_local(stay ~ age, data, experts = 1))
  expect_error(write_model(model, file.path(tempfile(), "model")), class = "dmoe_output_error")
  for (kind in c("dmoe_usage_error", "dmoe_error", "error")) expect_error(dmoe(stay ~ age, data, min_rows = 1), "min_rows", class = kind)
})

test_that("warnings have the code of the file", {
  data <- clinics()
  data$twice <- 2 * data$age
  warnings <- list()
  model <- withCallingHandlers(dmoe(stay ~ age + twice, data, experts = 1), warning = function(warning) {
    warnings[[length(warnings) + 1]] <<- warning
    invokeRestart("muffleWarning")
  })
  expect_true(length(warnings) > 0)
  codes <- vapply(model$record$fit$warnings, `[[`, "", "code")
  expect_true(all(vapply(warnings, function(one) one$code %in% codes && inherits(one, paste0("dmoe_warning_", one$code)), NA)))
  expect_true(anyNA(vcov(model)))
})

test_that("rows left out are a message", {
  data <- clinics(300)
  data$dose[1:4] <- NA
  expect_message(suppressWarnings(dmoe(stay ~ dose, data, experts = 1)), "4 of 300 rows left out", class = "dmoe_notice")
})

test_that("progress is heard, and what it raises ends the fit", {
  data <- clinics(3000)
  fit <- function(progress) quietly(dmoe(stay ~ age * dose + ward, data[rep(1:3000, 10), ], experts = 5, progress = progress))
  expect_error(fit(function(step) stop("enough of ", step$stage)), "enough of ")
})

test_that("Ctrl-C stops a fit, and the session goes on", {
  script <- tempfile(fileext = ".R")
  writeLines(c(
    "library(dmoe)", "set.seed(1)", "x <- matrix(rnorm(4e6), ncol = 20)", "data <- data.frame(x, y = rnorm(nrow(x)))",
    "cat('begins', Sys.getpid(), '\\n')", "began <- Sys.time()",
    "outcome <- tryCatch({ dmoe(y ~ ., data, experts = 8); 'ended' }, interrupt = function(condition) 'interrupted')",
    "small <- suppressWarnings(dmoe(y ~ X1, data[1:500, ], experts = 1))", "cat(outcome, length(coef(small)), '\\n')"), script)
  log <- tempfile()
  paths <- paste(.libPaths(), collapse = ":")
  system2(file.path(R.home("bin"), "Rscript"), script, stdout = log, stderr = log, wait = FALSE, env = paste0("R_LIBS=", shQuote(paths)))
  line <- function(pattern) {
    for (attempt in 1:1200) {
      found <- if (file.exists(log)) grep(pattern, readLines(log, warn = FALSE), value = TRUE)
      if (length(found)) return(found[1])
      Sys.sleep(0.1)
    }
    stop("nothing came of it: ", paste(readLines(log, warn = FALSE), collapse = "\n"))
  }
  process <- as.integer(strsplit(line("begins"), " ")[[1]][2])
  Sys.sleep(2)
  tools::pskill(process, tools::SIGINT)
  expect_match(line("interrupted|ended"), "interrupted 2")
})

test_that("a model of another session is opened anew", {
  model <- quietly(dmoe(stay ~ dose | age, clinics(), experts = 2))
  path <- tempfile()
  saveRDS(model, path)
  expect_identical(predict(readRDS(path)), predict(model))
})
