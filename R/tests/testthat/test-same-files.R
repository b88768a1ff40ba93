# The files of the command line, bit for bit.

path_of <- function(data) {
  path <- file.path(tempfile(), "data")
  dir.create(dirname(path))
  write_table(data, path)
  path
}

test_that("a local fit is that of dmoe fit", {
  data <- clinics()
  theirs <- of_program("fit", path_of(data), "--target", "stay", "--features", "age,dose", "--experts", "2")
  ours <- quietly(fit_local(stay ~ age + dose, data, experts = 2, na.action = na.fail))
  expect_identical(ours$text, theirs)
})

test_that("gaps, weights, exposure and a gate of its own are the same", {
  data <- clinics()
  data$dose[c(3, 40)] <- NA
  data$count <- rep(1:3, 300)
  theirs <- of_program(
    "fit", path_of(data), "--target", "visits", "--features", "dose", "--gate-features", "age,dose", "--experts", "2", "--family", "poisson",
    "--exposure", "years", "--weights", "count", "--missing", "drop", "--seed", "7")
  ours <- quietly(fit_local(
    visits ~ dose + offset(log(years)) | age + dose, data, experts = 2, family = poisson(), weights = count, seed = 7))
  expect_identical(ours$text, theirs)
})

test_that("a rows-in-one-place fit with the threshold rule is that of dmoe fit", {
  data <- clinics()
  theirs <- of_program(
    "fit", path_of(data), "--target", "outcome", "--features", "age,dose", "--experts", "1..2", "--family", "multinomial", "--missing", "drop")
  ours <- quietly(dmoe(
    outcome ~ age + dose, data, experts = 1:2, family = "multinomial", min_rows = 10, rows_per_parameter = NULL))
  record <- jsonlite::parse_json(theirs)
  expect_identical(ours$record$experts, record$experts)
})

test_that("factors, answers and derived columns go by a study that other doors read", {
  data <- clinics()
  agreed <- study(stay ~ age * dose + ward + log(years) | smoker + poly(age, 2), data, experts = 2)
  path <- tempfile(fileext = ".json")
  write_study(agreed, path)
  columns <- dmoe:::columns_for(agreed$plan, data)
  theirs <- of_program("fit", path_of(columns), "--study", path)
  ours <- quietly(fit_local(agreed, data))
  expect_identical(ours$text, theirs)
  expect_identical(quietly(fit_local(read_study(path), data))$text, theirs)
  expect_true(all(c("age:dose", "log(years)", "poly(age, 2)2", "ward=ICU") %in% unlist(ours$record$covariates)))
})

test_that("one shot over sites is that of dmoe learn", {
  data <- clinics()
  theirs <- of_program(
    "learn", path_of(data), "--shard-by", "clinic", "--target", "stay", "--features", "age,dose", "--experts", "2", "--missing", "drop")
  ours <- quietly(dmoe(stay ~ age + dose, data, experts = 2, site = ~ clinic))
  expect_identical(ours$text, theirs)
})

test_that("statistics and an update are those of the program", {
  data <- clinics()
  model <- quietly(dmoe(stay ~ age + dose, data, experts = 2, site = "clinic"))
  path <- tempfile(fileext = ".json")
  write_model(model, path)
  sites <- split(data, data$clinic)
  theirs <- vapply(sites, function(rows) of_program("statistics", path, path_of(rows)), "")
  ours <- lapply(sites, function(rows) site_statistics(model, rows, na.action = na.fail))
  expect_identical(unlist(ours), theirs)
  updated <- quietly(update_model(model, ours))
  files <- vapply(names(ours), function(name) {
    file <- file.path(tempdir(), name)
    dmoe:::write_text(ours[[name]], file)
    file
  }, "")
  expect_identical(updated$text, do.call(of_program, as.list(c("update", path, unname(files)))))
})
