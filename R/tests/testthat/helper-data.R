# Two regressions, and a gate that reads the age.
clinics <- function(count = 900, seed = 1) {
  set.seed(seed)
  data <- data.frame(
    age = round(rnorm(count), 3), dose = round(rnorm(count), 3), ward = factor(sample(c("A", "B", "ICU"), count, TRUE)),
    smoker = runif(count) > 0.6, years = round(runif(count, 0.5, 2), 2), clinic = sample(c("east", "north", "west"), count, TRUE))
  first <- data$age + rlogis(count) / 3 > 0
  data$stay <- round(ifelse(first, 2, -1) * data$dose + 0.5 * (data$ward == "ICU") + rnorm(count, sd = 0.4), 3)
  data$visits <- rpois(count, data$years * exp(ifelse(first, 0.3 + 0.4 * data$dose, 1.8)))
  data$cost <- signif(rgamma(count, 4, 4 / exp(ifelse(first, 1 + 0.3 * data$dose, 3))), 6)
  data$outcome <- factor(ifelse(runif(count) < plogis(ifelse(first, 2, -2) * data$dose), "well", "ill"))
  data
}

quietly <- function(expression) suppressMessages(suppressWarnings(expression))

# A file that has the same numbers to the last digit.
write_table <- function(data, path) {
  texts <- lapply(data, function(values) {
    text <- if (is.numeric(values)) sprintf("%.17g", values) else as.character(values)
    ifelse(is.na(values), "", text)
  })
  lines <- do.call(paste, c(texts, sep = ","))
  writeLines(c(paste0("\"", names(data), "\"", collapse = ","), lines), path)
}

# The text that the program writes. The tests of the repository name the program; elsewhere there is none.
of_program <- function(...) {
  program <- Sys.getenv("DMOE_PROGRAM")
  skip_if(program == "", "DMOE_PROGRAM names no program")
  path <- tempfile(fileext = ".json")
  # Rows in the memory of R lie in no folder: there is no ledger either.
  alone <- if (..1 %in% c("fit", "statistics")) "--no-ledger"
  output <- suppressWarnings(system2(program, shQuote(c(..., alone, "-o", path)), stdout = TRUE, stderr = TRUE))
  if (!file.exists(path)) stop(paste(output, collapse = "\n"))
  dmoe:::read_text(path)
}

gap <- function(one, other) max(abs(unname(c(one)) - unname(c(other))))
